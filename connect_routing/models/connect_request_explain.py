"""«Почему этот специалист»: the ledger of a request in words. As a page it is in ``connect_request_why.py``."""

from odoo import api, models

from ..engine import Stage
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
        decisions = self._explained()
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

    def _explained(self):
        return self.env["connect.decision"].search([("request_id", "=", self.id)], order="seq")

    @api.model
    def _explain_decision(self, decision):
        """A decision that chose somebody, or found nobody, in sentences."""
        name = decision.user_id.sudo().name  # colleagues' names are shown to whoever may read the request
        if decision.code in ("started", "taken_over"):
            return self.env._("%s turned to the person himself.", name)
        if decision.code == "pulled":
            return self.env._("%s took it out of the queue himself.", name)
        if decision.code == "transferred" and not self._previous(decision).user_id:
            actor = decision.actor_id.sudo().name  # a colleague's, as above
            return self.env._("%(actor)s gave it to %(name)s out of the queue.", actor=actor, name=name)
        if decision.code in ("transferred", "accepted"):
            return self.env._("%s got it from a colleague.", name)
        parts = [self._rule_sentence(decision), *self._demand_sentences(decision), self._free_sentence(decision)]
        named = self._left_out(decision)
        if out := ", ".join(f"{who} — {why}" for who, why in named):
            parts.append(self.env._("Not taken: %s.", out))
        if others := len(self._out(decision)) - len(named):
            parts.append(self.env._("Specialists of other companies not taken: %s.", others))
        return " ".join([*parts, self._choice_sentence(decision)])

    @api.model
    def _previous(self, decision):
        """The decision before this one on the same request."""
        before = [("request_id", "=", decision.request_id.id), ("seq", "=", decision.seq - 1)]
        return self.env["connect.decision"].search(before)

    @api.model
    def _rule_sentence(self, decision):
        rules = dict(self.env["connect.line"]._fields["delivery_rule"]._description_selection(self.env))
        return self.env._("Rule: %s.", rules.get(decision.rule, "").lower())

    @api.model
    def _demand_sentences(self, decision):
        """What the request demanded beside, and how far it was insisted on at that moment."""
        pool = decision.pool_seen or {}
        if not pool.get("demand"):
            return
        stage = pool["stage"]
        yield self.env._("Demanded: %s.", self._skills_text(pool["demand"]))
        if stage and pool.get("eased"):
            yield self.env._("Nobody on the line has all of it, so it is not waited for.")
        elif stage == Stage.ANY_LEVEL:
            yield self.env._("After the long wait any level is enough.")
        elif stage == Stage.PREFERRED:
            yield self.env._("After the long wait it is only preferred.")

    @api.model
    def _free_sentence(self, decision):
        pool = decision.pool_seen or {"free": {}, "excluded": {}}
        free = sum(pool["free"].values()) + pool.get("rest", 0)
        total = free + sum(pool["excluded"].values())
        text = self.env._("The line had %(total)s specialists, free: %(free)s", total=total, free=free)
        tiers = ", ".join(f"{name} {count}" for name, count in self._tiers(decision))
        return f"{text} ({tiers})." if tiers else f"{text}."

    @api.model
    def _tiers(self, decision):
        """``[(priority's name, number of free specialists)]``; where skills count, of those who fit best."""
        priorities = self._priority_names()
        return [(priorities[code], count) for code, count in (decision.pool_seen or {"free": {}})["free"].items()]

    @api.model
    def _left_out(self, decision):
        """``[(name, reason in words)]`` of those whom the ledger names as left out, and the reader may see at work: on
        a line of another company its specialists, their statuses and loads are none of his affair (ADM-07)."""
        out = self._out(decision)
        agents = self.env["connect.agent"].search([("user_id", "in", [user_id for user_id, *_rest in out])])
        visible = set(agents.user_id.ids)
        out = [each for each in out if each[0] in visible]
        users = self.env["res.users"].sudo().browse([user_id for user_id, *_rest in out])  # their names only
        names = {user.id: user.name for user in users.exists()}
        statuses = {status.code: status.name for status in self.env["connect.status"].sudo().search([])}  # a catalogue
        return [
            (names.get(user_id, "…"), self._exclusion_text(reason, statuses.get(status, status), load, *lacks))
            for user_id, reason, status, load, *lacks in out
        ]

    @api.model
    def _out(self, decision):
        return (decision.pool_seen or {}).get("out", ())

    @api.model
    def _exclusion_text(self, reason, status, load, lacks=()):
        texts = {
            "observer": self.env._("observer"),
            "offline": self.env._("not connected"),
            "status": status.lower(),
            "capacity": self.env._("has %s requests, the limit", load),
            "foreign": self.env._("serves other clients"),
            "skill": self.env._("lacks: %s", self._skills_text(lacks)),
        }
        return texts[reason]

    @api.model
    def _skills_text(self, levels):
        """«Cash registers (confident), English (basic)»."""
        # names of a catalogue, for whoever may read the decision
        skills = self.env["connect.skill"].sudo().browse([skill_id for skill_id, _level in levels]).exists()
        names = {skill.id: skill.name for skill in skills}
        words = dict(self.env["connect.skill.level"]._fields["level"]._description_selection(self.env))
        return ", ".join(f"{names.get(skill_id, '…')} ({words[str(level)].lower()})" for skill_id, level in levels)

    @api.model
    def _choice_sentence(self, decision):
        if decision.code == "queued":
            if (decision.pool_seen or {}).get("excluded", {}).get("skill"):
                return self.env._("Nobody who fits was free: the request waits in the queue.")
            return self.env._("Nobody was free: the request waits in the queue.")
        name = decision.user_id.sudo().name  # colleagues' names, as above
        text = self.env._("Chosen: %(name)s, %(reason)s.", name=name, reason=self._reason_text(decision))
        rest = (decision.pool_seen or {}).get("rest")
        less = self.env._("Free, but fit less: %s.", rest) if rest else ""
        return f"{text} {less}".rstrip()

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
