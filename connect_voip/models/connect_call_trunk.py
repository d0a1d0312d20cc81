"""Calls and operators' lines: a call that comes in over one, and the channels that calls hold (VOI-48)."""

import logging

from odoo import api, models

from .connect_call import LIVE
from .connect_call_way import BUSY, NO_ROUTE, REJECTED, end

_logger = logging.getLogger(__name__)


class ConnectCallTrunk(models.Model):
    _inherit = "connect.call"

    @api.model
    def _enter_from_trunk(self, pbx_id, entrance):
        """From an operator. Where it goes is said by the company's own records alone: no digit that a caller sends
        leads to ``_way_out``."""
        name, _dash, number = entrance["endpoint"].partition("-")
        known = [("id", "=", int(number)), ("pbx_id", "=", pbx_id)] if name == "trunk" and number.isdecimal() else None
        trunk = self.env["connect.trunk"].search(known, limit=1) if known else None
        if not trunk:
            _logger.warning("A call came over %s, which is no operator's line of ours", entrance["endpoint"])
            return {"stages": end(REJECTED, "refused")}
        key = entrance["channel"]
        is_free = trunk._free(key, key, outgoing=False)
        stages, values = self.with_context(connect_call_key=key)._way_in(trunk, entrance) if is_free else (
            end(BUSY, "no_line"),
            {},
        )  # fmt: skip
        self._open_call(
            {
                "key": key,
                "pbx_id": pbx_id,
                "company_id": trunk.company_id.id,
                "direction": "incoming",
                "trunk_id": trunk.id,
                "caller_number": self._number_of(trunk.company_id, entrance["caller"]) or None,
                "dialled": entrance["dialled"],
                **values,
            }
        )
        return {"stages": stages}

    @api.model
    def _way_in(self, trunk, entrance):
        """Where a call from outside goes: ``(stages, values for the call)``."""
        company = trunk.company_id
        dialled = self._number_of(company, entrance["dialled"])
        # sudo: connect.did - numbers of the company whose line this is
        dids = self.env["connect.did"].sudo()
        did = dids.search([("company_id", "=", company.id), ("number", "=", dialled)]) or dids.search(
            [("trunk_id", "=", trunk.id)]
        )
        if not did.scheme_id.active:
            return end(NO_ROUTE, "unreachable"), {}
        return did.scheme_id._stages(), {}

    @api.model
    def _number_of(self, company, number):
        """``+375296666666``, as numbers are stored; empty: there is none."""
        digits = "".join(each for each in number or "" if each in "0123456789")
        if not digits:
            return ""
        plain = f"+{digits}" if number.startswith("+") else digits
        return f"+{self._digits_outside(company, plain)}"

    def _hold_lines(self, snapshot):
        """Give back the channels that the call does not need any more."""
        uses = self.env["connect.trunk.use"]
        if self.state not in LIVE:
            uses._keep(self.key, None)
        else:
            uses._keep(self.key, self._held(snapshot))
        if self.trunk_id and self.direction == "outgoing" and self.state not in LIVE:
            self.env["connect.outbound.limit"]._of_company(self.company_id)._watch()

    def _held(self, snapshot):
        """Channels and endpoints that a call is made of, or may ring yet, by the bridge's snapshot."""
        ends = [snapshot.get(name) for name in ("first", "second", "third")] + list(snapshot.get("legs", {}).values())
        held = {self.key} | {each[what] for each in ends if each for what in ("channel", "endpoint")}
        if snapshot.get("phase") in ("before", "ringing"):
            ahead = snapshot["stages"][max(snapshot["step"], 0) :]
            held |= {target["endpoint"] for stage in ahead for target in stage.get("targets", ())}
        return held

    def _on_ringing(self, data):
        self.env["connect.trunk.use"]._begin(self.key)

    def _on_transferred(self, data):
        self.env["connect.trunk.use"]._begin(self.key)

    def _on_consulting(self, data):
        self.env["connect.trunk.use"]._begin(self.key)
