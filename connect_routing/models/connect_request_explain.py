"""«Почему этот специалист»: the ledger of a request in words."""

from odoo import api, fields, models

from .verbs import in_users_language

CHOOSING = frozenset({"assigned", "queued", "started", "taken_over", "pulled", "transferred", "accepted"})


class ConnectRequestExplain(models.Model):
    _inherit = "connect.request"

    @in_users_language
    def explain(self):
        """Why this specialist: the last decision in words, and the whole history of the request.

        :return: ``{"text": str, "timeline": [{"at": ISO time in UTC, "code": str, "text": str}]}``, the oldest first
        :rtype: dict
        :raise AccessError: the request is not one of the caller's lines, or the caller is not staff
        """
        self.ensure_one()
        self.check_access("read")
        decisions = self.env["connect.decision"].search([("request_id", "=", self.id)], order="seq")
        decisions.check_access("read")
        chosen = decisions.filtered(lambda each: each.code in CHOOSING)[-1:]
        return {
            "text": self._explain_decision(chosen) if chosen else "",
            "timeline": [
                {
                    "at": f"{decision.at.isoformat(timespec='seconds')}Z",
                    "code": decision.code,
                    "text": self._timeline_text(decision),
                }
                for decision in decisions
            ],
        }

    @api.model
    def _explain_decision(self, decision):
        name = decision.user_id.sudo().name  # colleagues' names are shown to whoever may read the request
        if decision.code in ("started", "taken_over", "pulled"):
            return self.env._("%s turned to the person himself.", name)
        if decision.code in ("transferred", "accepted"):
            return self.env._("%s got it from a colleague.", name)
        rules = dict(self.env["connect.line"]._fields["delivery_rule"]._description_selection(self.env))
        parts = [self.env._("Rule: %s.", rules.get(decision.rule, "").lower()), *self._pool_sentences(decision)]
        if decision.code == "queued":
            parts.append(self.env._("Nobody was free: the request waits in the queue."))
        else:
            parts.append(self.env._("Chosen: %(name)s, %(reason)s.", name=name, reason=self._reason_text(decision)))
        return " ".join(parts)

    @api.model
    def _pool_sentences(self, decision):
        pool = decision.pool_seen or {"free": {}, "excluded": {}, "out": []}
        priorities = self._priority_names()
        free = sum(pool["free"].values())
        total = free + sum(pool["excluded"].values())
        tiers = ", ".join(f"{priorities[name]} {count}" for name, count in pool["free"].items())
        yield self.env._("The line had %(total)s specialists, free: %(free)s", total=total, free=free) + (
            f" ({tiers})." if tiers else "."
        )
        users = self.env["res.users"].sudo().browse([user_id for user_id, *_rest in pool["out"]])  # their names only
        names = {user.id: user.name for user in users.exists()}
        statuses = {status.code: status.name for status in self.env["connect.status"].sudo().search([])}  # a catalogue
        out = [
            f"{names.get(user_id, '…')} — {self._exclusion_text(reason, statuses.get(status, status), load)}"
            for user_id, reason, status, load in pool["out"]
        ]
        if out:
            yield self.env._("Not taken: %s.", ", ".join(out))

    @api.model
    def _exclusion_text(self, reason, status, load):
        texts = {
            "observer": self.env._("observer"),
            "offline": self.env._("not connected"),
            "status": status.lower(),
            "capacity": self.env._("has %s requests, the limit", load),
            "foreign": self.env._("serves other clients"),
        }
        return texts[reason]

    @api.model
    def _reason_text(self, decision):
        free = (decision.pool_seen or {}).get("free", {})
        if decision.reason in free:
            if free[decision.reason] == 1:
                return self.env._("the only one with the priority “%s”", self._priority_names()[decision.reason])
            return self.env._(
                "at random among %(count)s with the priority “%(priority)s”",
                count=free[decision.reason],
                priority=self._priority_names()[decision.reason],
            )
        texts = {
            "manager": self.env._("the client's own specialist"),
            "same_agent": self.env._("helped this person the last time"),
            "silent": self.env._("nobody else was free, though he had not answered in time"),
            "least_loaded": self.env._("has the fewest requests in work"),
        }
        return texts.get(decision.reason, decision.reason or "")

    @api.model
    def _priority_names(self):
        names = self.env["connect.line.member"]._fields["priority"]._description_selection(self.env)
        return {code: name.lower() for code, name in names}

    def _timeline_text(self, decision):
        codes = dict(decision._fields["code"]._description_selection(self.env))
        text = codes[decision.code]
        if decision.code in CHOOSING and decision.user_id:
            return f"{text}: {decision.user_id.sudo().name}"  # colleagues' names, as above
        if decision.code == "offered":
            return f"{text}: {self.env['res.users'].sudo().browse(decision.changes['offered_to_id']).name}"  # the same
        if decision.code == "rated":
            return f"{text}: {decision.changes['rating']}"
        return text

    def action_explain(self):
        """Button: the explanation as a dialog."""
        explained = self.explain()
        user_tz = (self.env.user.tz and self.with_context(tz=self.env.user.tz)) or self
        lines = [
            f"{fields.Datetime.context_timestamp(user_tz, decision.at):%d.%m %H:%M:%S}  {self._timeline_text(decision)}"
            for decision in self.env["connect.decision"].search([("request_id", "=", self.id)], order="seq")
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Why this specialist"),
                "message": "\n".join([explained["text"], "", *lines]),
                "sticky": True,
            },
        }
