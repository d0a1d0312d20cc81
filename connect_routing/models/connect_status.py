from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

STAT_CLASSES = [("free", "Working"), ("pause", "Pause"), ("offline", "Offline")]
PROFILES = [("support", "Support"), ("contact_center", "Contact centre"), ("both", "Both")]

OFFLINE = "offline"
DO_NOT_DISTURB = "dnd"
RINGING = "reserve"  # a call rings at him (ROU-04)
BUSY_NEW = "busy_new"  # free, but for his own people only (ROU-26)

HEARTBEAT_TIMEOUT = 45  # s: without a heartbeat for so long, no new requests come
FIXED = frozenset({"accepts_chats", "accepts_calls", "keeps_binding", "settable"})  # of the built-in ones


class Automatic(NamedTuple):
    """The codes of what a profile's specialists get without their doing."""

    login: str  # ROU-05
    idle: str  # ROU-07
    gone: str  # ROU-03, ROU-04


AUTOMATIC = {
    "support": Automatic(login="free", idle="away", gone=OFFLINE),
    "contact_center": Automatic(login="not_ready", idle="inactive", gone="disconnected"),
}
# by code, not by the class: that is for statistics, and the house may count a pause as offline, too
GONE = frozenset(each.gone for each in AUTOMATIC.values())


class Traits(NamedTuple):
    """What the heartbeat asks about a status, kept in memory."""

    code: str
    accepts: bool
    goes_idle: bool


class ConnectStatus(models.Model):
    """The catalogue of statuses (ROU-01..07, appendix B). Codes are fixed; names, order and classes are the house's. It
    may add statuses of its own: the rules read flags, no codes, but for those that the system sets."""

    _name = "connect.status"
    _description = "Specialist Status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Integrations name the status by this code. It never changes.")
    is_builtin = fields.Boolean(string="Built-in", compute="_compute_is_builtin")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-circle", help="Font Awesome icon shown beside the name.")
    profile = fields.Selection(PROFILES, default="both", required=True, help="Whose list of statuses shows it.")
    accepts_chats = fields.Boolean(
        string="Takes new requests", help="The router gives new requests, except calls, to a specialist in this status."
    )
    accepts_calls = fields.Boolean(
        string="Takes new calls", help="The router gives people who call to a specialist in this status."
    )
    keeps_binding = fields.Boolean(
        string="Keeps people in work",
        help="A person in work who writes while the specialist is in this status stays with him. "
        "Otherwise the request goes to another specialist.",
    )
    stat_class = fields.Selection(STAT_CLASSES, string="Counts as", default="pause", required=True)
    settable = fields.Boolean(string="Chosen by hand", default=True, help="Otherwise only the system sets it.")
    goes_idle = fields.Boolean(
        string="Ends by inactivity",
        compute="_compute_goes_idle",
        store=True,
        readonly=False,
        help="Who neither types nor moves the mouse in this status counts as away after the time set for him.",
    )

    _code_unique = models.Constraint("UNIQUE(code)", "Another status has this code already.")
    _code_plain = models.Constraint(
        "CHECK(code ~ '^[a-z][a-z0-9_]*$')",
        "The code of a status consists of small Latin letters, digits and underscores.",
    )

    def _compute_is_builtin(self):
        """Those that came with an addon."""
        names = self.get_external_id()
        for status in self:
            name = names.get(status._origin.id)
            status.is_builtin = bool(name) and not name.startswith("__")  # as exports and imports name what they touch

    @api.depends("stat_class", "settable")
    def _compute_goes_idle(self):
        """Those in which a specialist works by his own word: nobody is expected at the keyboard during lunch, and
        during a call the hands may rest."""
        for status in self:
            status.goes_idle = status.stat_class == "free" and status.settable

    def _accepts(self):
        """Whether new people come to whoever is in this status, by whatever way."""
        self.ensure_one()
        return self.accepts_chats or self.accepts_calls

    def _accepts_calls_of_own(self):
        """Whether somebody whom he works with and who calls is put through (appendix B)."""
        self.ensure_one()
        return self.accepts_calls or self.code == BUSY_NEW

    def _im_status(self):
        """What Odoo shows beside the name of somebody in this status: its ``im_status``."""
        self.ensure_one()
        if self.stat_class == "offline":
            return "offline"
        if self.stat_class == "free":
            return "online" if self.settable else "busy"  # the system's own: in a call
        return "busy" if self.code == DO_NOT_DISTURB else "away"

    @api.model
    @ormcache()
    def _traits(self):
        """``{id: Traits}`` of the whole catalogue, archived ones too."""
        # a catalogue that everybody may know, two dozen rows
        statuses = self.with_context(active_test=False).sudo().search([("code", "!=", False)])
        return {each.id: Traits(each.code, each._accepts(), each.goes_idle) for each in statuses}

    @api.model
    @ormcache("code")
    def _id_of(self, code):
        """Id of the status with that code, also of an archived one; 0 when there is none."""
        # a catalogue that everybody may know
        return self.with_context(active_test=False).sudo().search([("code", "=", code)], limit=1).id or 0

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self._check_fixed(vals)
        self.env.registry.clear_cache()
        return super().write(vals)

    def _check_fixed(self, vals):
        for status in self:
            changed = {name for name in FIXED | {"code"} if name in vals and vals[name] != status[name]}
            if "code" in changed:
                raise UserError(self.env._("The code of a status never changes: integrations name it by it."))
            if changed and status.is_builtin:
                raise UserError(
                    self.env._("What «%s» does is fixed. Add a status of your own with other ticks.", status.name)
                )
