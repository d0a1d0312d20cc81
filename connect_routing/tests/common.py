from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase


class RoutingCase(TransactionCase):
    """A service company with one line, three specialists and two people; a second company beside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls.company = cls.env["res.company"].create({"name": "Test Help", "connect_notify_email": "duty@test.example"})
        cls.other_company = cls.env["res.company"].create({"name": "Other Help"})
        cls.high, cls.medium, cls.observer = (cls.make_specialist(name) for name in ("high", "medium", "observer"))
        cls.supervisor = cls.make_specialist("supervisor", "connect_lines.group_supervisor")
        cls.stranger = cls.make_specialist("stranger", company=cls.other_company)
        cls.line = cls.env["connect.line"].create(
            {
                "name": "Test line",
                "company_id": cls.company.id,
                "member_ids": [
                    (0, 0, {"user_id": user.id, "priority": priority})
                    for user, priority in ((cls.high, "high"), (cls.medium, "medium"), (cls.observer, "observer"))
                ],
            }
        )
        cls.client_company = cls.env["res.partner"].create(
            {"name": "Client Ltd", "is_company": True, "company_id": cls.company.id}
        )
        cls.anna, cls.boris = (cls.make_recipient(name) for name in ("anna", "boris"))

    @classmethod
    def make_specialist(cls, name, group="connect_lines.group_agent", company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": name.capitalize(),
                "login": f"test-{name}",
                "lang": "en_US",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, cls.env.ref(group).ids)],
            }
        )

    @classmethod
    def make_recipient(cls, name, connect=True):
        partner = cls.env["res.partner"].create(
            {"name": name.capitalize(), "parent_id": cls.client_company.id, "company_id": cls.company.id}
        )
        user = cls.env["res.users"].create(
            {
                "login": f"test-{name}",
                "lang": "en_US",
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
            }
        )
        if connect:
            cls.env["connect.line.connection"].create({"line_id": cls.line.id, "partner_id": partner.id})
        return user

    def set_status(self, user, code, seconds_ago=0):
        """The specialist is in that status, and his last heartbeat was ``seconds_ago``."""
        agent = self.agent(user)
        status_id = self.env["connect.status"]._id_of(code)
        agent._switch(status_id, "manual")
        last_seen = fields.Datetime.now() - timedelta(seconds=seconds_ago)
        self.env.cr.execute("UPDATE connect_agent SET last_seen = %s WHERE id = %s", [last_seen, agent.id])
        agent.invalidate_recordset()

    def agent(self, user):
        return self.env["connect.agent"].search([("user_id", "=", user.id)])

    def dispatch(self):
        """What follows a commit: Odoo's tests never commit, so it is called by hand."""
        self.env.flush_all()
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def write_to_line(self, user, line=None):
        """The person writes; the router does its work."""
        result = (line or self.line).with_user(user).open_request()
        self.dispatch()
        return self.env["connect.request"].browse(result["id"])

    def codes(self, request):
        return self.env["connect.decision"].search([("request_id", "=", request.id)], order="seq").mapped("code")
