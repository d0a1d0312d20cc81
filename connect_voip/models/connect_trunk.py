"""A connection to an operator (VOI-48, VOI-51): a SIP account, a GSM gateway, a city line, with so many channels."""

import ipaddress
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ADMIN = "connect_lines.group_partner_admin,connect_lines.group_platform"
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
ACCOUNT = re.compile(r"[A-Za-z0-9._+-]{1,64}")
SECRET = re.compile(r"[!-~]{1,128}")
WIDEST = {4: 24, 6: 64}  # an operator's network, by the version of IP
NUMBER = re.compile(r"\+?[0-9]{3,15}")


class ConnectTrunk(models.Model):
    _name = "connect.trunk"
    _inherit = ["connect.fixed.mixin"]
    _description = "Operator's Line"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    pbx_id = fields.Many2one("connect.pbx", readonly=True, index=True, ondelete="set null", check_company=True)
    host = fields.Char("Server", required=True, help="Name or address of the operator's SIP server or of the gateway.")
    port = fields.Integer(default=5060, required=True)
    channels = fields.Integer(
        default=1, required=True, help="So many calls at once, incoming and outgoing; for a SIM card it is 1."
    )
    account = fields.Char("Account", groups=ADMIN, help="Empty: the operator knows us by our address.")
    password = fields.Char(groups=ADMIN, copy=False)
    is_registering = fields.Boolean("Log in at the operator", help="Operators without a fixed address for us need it.")
    addresses = fields.Char(
        "Its addresses",
        help="Calls come from these IP addresses. Empty: from the server, when it is an address itself. Not needed when"
        " we log in at the operator.",
    )
    caller_id = fields.Char("Number shown", help="The number that the called party sees, such as +375173333333.")
    use_ids = fields.One2many("connect.trunk.use", "trunk_id", domain=[("released_at", "=", False)])
    busy = fields.Integer("In use", compute="_compute_busy")
    is_reachable = fields.Boolean(compute="_compute_is_reachable")

    _channels_positive = models.Constraint(
        "CHECK(channels BETWEEN 1 AND 1000)", "An operator's line has 1 to 1000 channels."
    )
    _port_valid = models.Constraint("CHECK(port BETWEEN 1 AND 65535)", "A port is a number from 1 to 65535.")

    def _compute_busy(self):
        # sudo: connect.trunk.use - how many, of a trunk that the caller may read
        uses = self.env["connect.trunk.use"].sudo()
        held = [("trunk_id", "in", self.ids), ("released_at", "=", False)]
        counts = dict(uses._read_group(held, ["trunk_id"], ["__count"]))
        for trunk in self:
            trunk.busy = counts.get(trunk, 0)

    @api.depends("host", "addresses", "is_registering")
    def _compute_is_reachable(self):
        """Whether a call from the operator can be known as his."""
        for trunk in self:
            trunk.is_reachable = bool(trunk.addresses or trunk.is_registering or trunk._own_address())

    def _own_address(self):
        """The server, when it is an address itself."""
        return self.host if re.fullmatch(r"[0-9.]+", self.host or "") else ""

    @api.constrains("host", "account", "password", "addresses", "caller_id", "is_registering")
    def _check_settings(self):
        for trunk in self.sudo():  # the password is for administrators, the check is for everybody
            if not HOST.fullmatch(trunk.host or ""):
                raise ValidationError(self.env._("The server is a name or an address alone, such as sip.example.by."))
            if trunk.account and not ACCOUNT.fullmatch(trunk.account):
                raise ValidationError(self.env._("An account has letters, digits and the signs . _ + - alone."))
            if trunk.password and not SECRET.fullmatch(trunk.password):
                raise ValidationError(self.env._("A password has Latin letters, digits and signs, without spaces."))
            if trunk.is_registering and not trunk.account:
                raise ValidationError(self.env._("To log in at the operator, enter the account."))
            if trunk.caller_id and not NUMBER.fullmatch(trunk.caller_id):
                raise ValidationError(self.env._("Write a number like this: +375296666666."))

    @api.constrains("host", "addresses", "active", "pbx_id")
    def _check_addresses(self):
        """An address tells whose call it is that comes from there: on a shared exchange it belongs to one company."""
        for trunk in self:
            mine = trunk._networks()
            # sudo: connect.trunk - of other companies only whether they have an address in the same Asterisk
            trunks = self.sudo()
            role = trunk.sudo().pbx_id.db_role
            others = trunks.search([("pbx_id.db_role", "=", role), ("company_id", "!=", trunk.company_id.id)])
            for other in others if trunk.active else ():
                for network in other._networks():
                    if any(each.version == network.version and each.overlaps(network) for each in mine):
                        raise ValidationError(
                            self.env._(
                                "Another company's line has the address %s already. Ask the administrator of the"
                                " platform.",
                                network,
                            )
                        )

    def _networks(self):
        """The addresses that calls come from, as Asterisk reads them out of the view."""
        found = []
        for address in re.split(r"[,;\s]+", (self.addresses or self._own_address()).strip()):
            try:
                network = ipaddress.ip_network(address, strict=False) if address else None
            except ValueError:
                network = False
            if network is False or (network and network.prefixlen < WIDEST[network.version]):
                raise ValidationError(self.env._("«%s» is no IP address.", address))
            if network:
                found.append(network)
        return found

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._set_pbx()
        return made

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        result = super().write(vals)
        if {"host", "port", "account", "password", "is_registering", "active"} & vals.keys():
            self._register_anew()
        return result

    def _set_pbx(self):
        for trunk in self.sudo():  # which exchange serves a company is not chosen in the line's form
            trunk.pbx_id = self.env["connect.pbx"]._of_company(trunk.company_id)
        self._register_anew()

    def _register_anew(self):
        """Asterisk reads the accounts that it logs in with when it is told to."""
        # sudo: connect.call.order - the trunk was written just now, with the caller's own right
        for pbx in self.sudo().filtered("is_registering").pbx_id:
            self.env["connect.call.order"].sudo()._give(pbx, "", "reload", self.env.user)

    # --- channels ---

    def _free(self, key, what, *, outgoing, turns=0):
        """The first of these trunks, in their order, that has a channel for this call; it is the call's from now on.

        :param str key: the call
        :param str what: the number that is rung over it; for an incoming call its channel
        :param int turns: so many outgoing calls of the company at once; 0 for an incoming call
        :rtype: connect.trunk
        """
        uses = self.env["connect.trunk.use"]
        for trunk in self:
            if uses._claim(trunk, key, what, outgoing, turns):
                return trunk
        return self.browse()
