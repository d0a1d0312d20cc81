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
        trunk = self.env["connect.trunk"].search_fetch(known, ["company_id"], limit=1) if known else None
        if not trunk:
            _logger.warning("A call came over %s, which is no operator's line of ours", entrance["endpoint"])
            return {"stages": end(REJECTED, "refused")}
        key = entrance["channel"]
        caller = self._number_of(trunk.company_id, entrance["caller"]) or None
        known = self._known_by_number(trunk.company_id, caller)
        stages, values = end(BUSY, "no_line"), {}
        if trunk._free(key, key, outgoing=False):
            way = self.with_context(connect_call_key=key)
            stages, values = way._asked_at_once(way._way_in(trunk, entrance), trunk.company_id, known, caller)
        self._open_call(
            {
                "key": key,
                "pbx_id": pbx_id,
                "company_id": trunk.company_id.id,
                "direction": "incoming",
                "trunk_id": trunk.id,
                "partner_id": known.id,
                "caller_number": caller,
                "dialled": entrance["dialled"],
                **values,
            }
        )
        return {"stages": stages, "caller_id": caller or ""}

    @api.model
    def _asked_at_once(self, stages, company, known, caller):
        """A step that the call comes to at once is answered in the same transaction: the caller waits for one. Gives
        the stages and values for the call."""
        values = {}
        while stages and stages[0]["kind"] == "Ask" and stages[0]["what"] == "step":
            step = self.env["connect.inbound.step"].browse(stages[0]["ref"])
            partner = known.browse(values.get("partner_id", known.id))
            way, found = self._way_of_step(step, company, partner, caller)
            stages, values = [*way, *stages[1:]], {**values, **found}
        return stages, values

    @api.model
    def _way_in(self, trunk, entrance):
        """Where a call from outside goes, as stages."""
        company = trunk.company_id
        dialled = self._number_of(company, entrance["dialled"])
        # sudo: connect.did - numbers of the company whose line this is
        dids = self.env["connect.did"].sudo()
        own = [("company_id", "=", company.id), ("number", "=", dialled)]
        did = dids.search_fetch(own, ["scheme_id"]) or dids.search([("trunk_id", "=", trunk.id)])
        did.scheme_id.fetch(["active", "calendar_id", "closed_scheme_id"])
        return did.scheme_id._stages() if did.scheme_id.active else end(NO_ROUTE, "unreachable")

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

    def _held(self, snapshot):
        """Channels and endpoints that a call is made of, or may ring yet, by the bridge's snapshot. Before the first
        one: the channel that has come in."""
        ends = [snapshot.get(name) for name in ("first", "second", "third")] + list(snapshot.get("legs", {}).values())
        held = {each[what] for each in ends if each for what in ("channel", "endpoint")} or {self.key}
        if snapshot.get("phase") in ("before", "ringing") or snapshot.get("due"):
            ahead = snapshot["stages"][max(snapshot["step"], 0) :]
            held |= {target["endpoint"] for stage in ahead for target in stage.get("targets", ())}
        return held

    def _on_ringing(self, data):
        self.env["connect.trunk.use"]._begin(self.key)

    def _on_transferred(self, data):
        super()._on_transferred(data)
        self.env["connect.trunk.use"]._begin(self.key)

    def _on_consulting(self, data):
        self.env["connect.trunk.use"]._begin(self.key)
