"""Who is in a call at this moment, and who asks whom in it.

``user_id`` and ``caller_user_id`` are what the journal says of a call for ever; ``party_ids`` are the employees whom it
keeps busy now, who see it on their screens and may do something with it. Whoever has handed it over, parked it or left
is free at once. Their table holds open calls alone, so it stays as small as a company's conversations of a moment.
``participant_ids`` keeps all of them for the journal, whoever has the call in the end (VOI-56).
"""

from odoo import api, fields, models

from .connect_call import LIVE

ASKING = ("consulting", "colleague_answered", "switched")
CONSULTATION = (*ASKING, "resumed", "transferred", "held")


class ConnectCallParty(models.Model):
    _inherit = "connect.call"

    party_ids = fields.Many2many(
        "res.users",
        "connect_call_party",
        "call_id",
        "user_id",
        string="Taking part now",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )
    participant_ids = fields.Many2many(
        "res.users",
        "connect_call_participant",
        "call_id",
        "user_id",
        string="Participants",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )

    def _come(self, user_id):
        """This employee is in the call from now on; 0 or nothing: somebody outside."""
        if user_id:
            self.env.cr.execute(
                """WITH lasting AS (INSERT INTO connect_call_participant (call_id, user_id) VALUES (%(call)s, %(user)s)
                                    ON CONFLICT DO NOTHING)
                   INSERT INTO connect_call_party (call_id, user_id) VALUES (%(call)s, %(user)s)
                   ON CONFLICT DO NOTHING""",
                {"call": self.id, "user": user_id},
            )
            self.invalidate_recordset(["party_ids", "participant_ids"])

    def _keep_participants(self, users):
        """They find it in their journal, though they have not spoken in it."""
        self.env.cr.execute(
            """INSERT INTO connect_call_participant (call_id, user_id)
               SELECT %s, unnest(%s::int[]) ON CONFLICT DO NOTHING""",
            [self.id, users.ids],
        )
        self.invalidate_recordset(["participant_ids"])

    def _go(self, user_id):
        """He is out of it."""
        if user_id:
            self.env.cr.execute(
                "DELETE FROM connect_call_party WHERE call_id = %s AND user_id = %s", [self.id, user_id]
            )
            self.invalidate_recordset(["party_ids"])

    def _go_all(self):
        self.env.cr.execute("DELETE FROM connect_call_party WHERE call_id = %s", [self.id])
        self.invalidate_recordset(["party_ids"])

    def _on_colleague_answered(self, data):
        self._come(data.get("user_id"))

    def _on_colleague_left(self, data):
        self._go(data.get("user_id"))

    def _on_client_left(self, data):
        self._go(data.get("user_id"))

    # --- reading ---

    @api.model
    def _calls_of(self, user):
        """The open calls that he is in, or that ring at him, the latest first."""
        calls = self.search([("state", "in", LIVE), ("party_ids", "in", user.ids)], limit=20)
        return (calls | self.browse(self._rung(user))).sorted("id", reverse=True)

    def _is_person(self, user):
        """The person of the call is this user of the portal, and has not left it to the two who consulted about it."""
        return self.partner_id == user.partner_id and not self._is_without_person()

    def _is_without_person(self):
        left = [("call_id", "=", self.id), ("name", "=", "client_left")]
        return bool(self.partner_id and self.env["connect.call.fact"].search_count(left, limit=1))

    def _specialist(self):
        """Whom the person speaks with, or is about to."""
        self.ensure_one()
        present = self.party_ids if self.answer_at else self.party_ids | self.user_id
        return (self.user_id & present) or (self.caller_user_id & present)

    def _consultation(self):
        """Who asks whom while the other side hears music; empty when nobody is asked.

        :return: ``{"asker", "rung", "colleague": users, "name": str, "answer_at": time or False, "side": "client" or
            "colleague", whichever the asker is connected to}``
        """
        self.ensure_one()
        if self.state != "held":
            return {}
        facts = self.env["connect.call.fact"].search([("call_id", "=", self.id), ("name", "in", CONSULTATION)])
        if facts[-1:].name not in ASKING:
            return {}
        begin = facts.filtered(lambda fact: fact.name == "consulting")[-1:]
        since = facts.filtered(lambda fact: fact.id > begin.id)
        answer = since.filtered(lambda fact: fact.name == "colleague_answered")
        switch = since.filtered(lambda fact: fact.name == "switched")[-1:]
        rung = self.env["res.users"].browse(begin.data.get("user_ids", []))
        colleague = answer.user_id or (rung if len(rung) == 1 else rung.browse())
        return {
            "asker": begin.user_id,
            "rung": rung,
            "colleague": answer.user_id,
            "name": colleague.name or begin.data.get("number") or "",
            "answer_at": answer.at,
            "side": switch.data["to"] if switch else "colleague",
        }

    def _part_of(self, user, asked):
        """What he does in this consultation: «asks», is «asked», or «waits» with music."""
        if not asked:
            return ""
        if user == asked["asker"]:
            return "asks"
        return "waits" if user in self.party_ids and user != asked["colleague"] else "asked"

    def _state_for(self, user, asked=None):
        """How the call stands for this employee: while one asks, each of the three hears something else."""
        asked = self._consultation() if asked is None else asked
        part = self._part_of(user, asked)
        if part == "asked" and not asked["answer_at"]:
            return "ringing"
        mine = {"asked": "colleague", "waits": "client"}.get(part)
        return "talking" if mine and asked["side"] == mine else self.state
