"""An Asterisk that serves companies of this database: where the bridge finds it, and where telephones do."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_call_order import CHANNEL

ADMIN = "connect_lines.group_partner_admin,connect_lines.group_platform"
ADDRESSES = ["ari_url", "ari_user", "ari_password", "ami_host", "ami_port", "ami_user", "ami_password"]
ROLE = "connect_asterisk"  # the shared exchange's user of PostgreSQL; a company's own one has its number behind it
AWAY_AFTER = 20  # s without a sign of life from the bridge


def moved(pbx_id):
    """What its bridge is told when the addresses of an exchange have changed."""
    return f"moved-{pbx_id}"


class ConnectPbx(models.Model):
    _name = "connect.pbx"
    _inherit = ["connect.fixed.mixin"]
    _description = "Telephone Exchange"
    _order = "company_id, name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_company(),
        help="Empty: it serves every company that has none of its own.",
    )
    ari_url = fields.Char("Address of ARI", required=True, default="http://127.0.0.1:8088", groups=ADMIN)
    ari_user = fields.Char("User of ARI", required=True, default="connect", groups=ADMIN)
    ari_password = fields.Char("Password of ARI", groups=ADMIN)
    ami_host = fields.Char("Host of AMI", required=True, default="127.0.0.1", groups=ADMIN)
    ami_port = fields.Integer("Port of AMI", required=True, default=5038, groups=ADMIN)
    ami_user = fields.Char("User of AMI", required=True, default="connect", groups=ADMIN)
    ami_password = fields.Char("Password of AMI", groups=ADMIN)
    websocket_url = fields.Char(
        "Websocket for browsers", default="ws://127.0.0.1:8088/ws", help="wss:// when Odoo itself is opened by https."
    )
    sip_host = fields.Char("SIP server for telephones", default="127.0.0.1:5060", help="Host and port.")
    sip_tls_host = fields.Char(
        "Encrypted", default="127.0.0.1:5061", help="Host and port for telephones that are encrypted by TLS."
    )
    db_role = fields.Char(
        "Its user of PostgreSQL",
        groups="connect_lines.group_platform",
        copy=False,
        help="It sees the telephones and lines of this exchange alone. Empty: a name of its own is given.",
    )
    version = fields.Char("Asterisk", readonly=True)
    seen_at = fields.Datetime("Bridge seen at", readonly=True)
    is_connected = fields.Boolean("Connected", compute="_compute_is_connected")

    _one_of_company = models.UniqueIndex(
        "(coalesce(company_id, 0)) WHERE active", "This company has a telephone exchange already."
    )

    _one_of_role = models.UniqueIndex(
        "(db_role) WHERE active", "Another exchange has this user of PostgreSQL already. Choose another one."
    )

    @api.model
    def _default_company(self):
        """The platform's exchange serves all; an administrator's own one serves his company."""
        return self.env["res.company"] if self.env.user.has_group("connect_lines.group_platform") else self.env.company

    @api.depends("seen_at", "version")
    def _compute_is_connected(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), seconds=AWAY_AFTER)
        for pbx in self:
            pbx.is_connected = bool(pbx.version and pbx.seen_at and pbx.seen_at > limit)

    @api.constrains("ari_url", "websocket_url")
    def _check_addresses(self):
        for pbx in self.sudo():  # the addresses are for administrators, the check is for everybody
            if not (pbx.ari_url or "").startswith(("http://", "https://")):
                raise ValidationError(self.env._("The address of ARI begins with http:// or https://."))
            if pbx.websocket_url and not pbx.websocket_url.startswith(("ws://", "wss://")):
                raise ValidationError(self.env._("The address of the websocket begins with ws:// or wss://."))

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        for pbx in made.sudo():  # sudo: connect.pbx - its user of PostgreSQL, which its administrator does not choose
            pbx.db_role = pbx.db_role or "_".join(filter(None, [ROLE, str(pbx.company_id.id or "")]))
        made._serve_companies()
        return made

    def write(self, vals):
        result = super().write(vals)
        if {"company_id", "active"} & vals.keys():
            self._serve_companies()
        if vals.keys() & set(ADDRESSES):
            self._tell_bridges()
        return result

    def _tell_bridges(self):
        """With the commit: the bridge connects anew, with what is written here."""
        for pbx in self:
            self.env.cr.execute("SELECT pg_notify(%s, %s)", [CHANNEL, moved(pbx.id)])

    def _serve_companies(self):
        """Telephones and operators' lines move to the exchange that is nearer to their company now."""
        # sudo: connect.extension - the exchange is changed by its administrator, the telephones follow
        phones = self.env["connect.extension"].sudo().with_context(active_test=False)
        known = ["|", ("company_id", "in", self.company_id.ids), ("pbx_id", "in", self.ids)]
        known = known if all(self.mapped("company_id")) else []
        phones.search(known)._set_pbx()
        # sudo: connect.trunk - as the telephones
        self.env["connect.trunk"].sudo().with_context(active_test=False).search(known)._set_pbx()

    @api.model
    def _of_company(self, company):
        """The exchange that serves a company: its own, or the one of all."""
        # sudo: connect.pbx - which exchange serves the caller's company is no secret of another
        known = self.sudo().search([("company_id", "in", [company.id, False])])
        return known.sorted(lambda pbx: not pbx.company_id)[:1]

    def _beat(self, version):
        """The bridge is alive; ``version`` empty: it does not reach Asterisk."""
        self.env.cr.execute(
            """UPDATE connect_pbx SET seen_at = clock_timestamp() AT TIME ZONE 'UTC', version = %s WHERE id = %s""",
            [version or None, self.id],
        )

    def _watch(self, keys):
        """With each sign of life, in a transaction of its own: what else is due.

        :param keys: of the calls that the bridge has
        :return: whether there are calls in the journal now that no bridge has seen
        """
        self.env["connect.outbound.limit"]._watch_calls(self)
        self.env["connect.call"]._lost(self._forgotten(keys))
        return self._note_unseen()
