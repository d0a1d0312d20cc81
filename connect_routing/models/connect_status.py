from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import ormcache

STAT_CLASSES = [("free", "Working"), ("pause", "Pause"), ("offline", "Offline")]
PROFILES = [("support", "Support"), ("contact_center", "Contact centre"), ("both", "Both")]

OFFLINE = "offline"
FREE = "free"
NOT_READY = "not_ready"
AWAY = "away"
INACTIVE = "inactive"
DO_NOT_DISTURB = "dnd"

HEARTBEAT_TIMEOUT = 45  # s: without a heartbeat for so long, no new requests come


class Traits(NamedTuple):
    """What the heartbeat asks about a status, kept in memory."""

    code: str
    accepts: bool
    goes_idle: bool


class ConnectStatus(models.Model):
    """The catalogue of statuses (ROU-01..07, appendix B). Codes are fixed; names, order and classes are the house's."""

    _name = "connect.status"
    _description = "Specialist Status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True, help="Integrations name the status by this code.")
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
    settable = fields.Boolean(string="Chosen by hand", help="Otherwise only the system sets it.")
    goes_idle = fields.Boolean(
        string="Ends by inactivity",
        compute="_compute_goes_idle",
        store=True,
        readonly=False,
        help="Who neither types nor moves the mouse in this status counts as away after the time set for him.",
    )

    _code_unique = models.Constraint("UNIQUE(code)", "Another status has this code already.")

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
        self.env.registry.clear_cache()
        return super().write(vals)
