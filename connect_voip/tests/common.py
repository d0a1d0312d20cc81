from odoo.addons.connect_lines.tests.common import LinesCase


class VoiceCase(LinesCase):
    """Two tenants with an exchange for all and a telephone for each specialist."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["connect.pbx"].search([]).active = False
        cls.env.flush_all()
        cls.pbx = cls.env["connect.pbx"].create({"name": "All", "version": "22", "seen_at": "2100-01-01"})
        cls.phone_a = cls._phone(cls.agent_a, "101")
        cls.phone_b = cls._phone(cls.agent_b, "101")

    @classmethod
    def _phone(cls, user, number):
        return cls.env["connect.extension"].create(
            {"number": number, "user_id": user.id, "company_id": user.company_id.id}
        )

    def enter(self, phone, dialled, channel="1"):
        """A call from this telephone, as the bridge brings it."""
        entrance = {"channel": channel, "door": "inner", "endpoint": phone.sip_user, "dialled": dialled, "caller": ""}
        answer = self.env["connect.call"]._enter(self.pbx.id, entrance)
        return answer, self.env["connect.call"]._of_key(channel)

    def note(self, call, *facts):
        self.env["connect.call"]._note([(call.key, list(facts), {})])
        call.invalidate_recordset()
