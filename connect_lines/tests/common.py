"""Two service companies, a vendor and a distributor, with people of every role. No demo data is needed."""

from odoo.fields import Command
from odoo.tests import TransactionCase


class LinesCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True, tracking_disable=True))
        company = cls.env["res.company"].create
        cls.distributor = company({"name": "North", "connect_role": "distributor"})
        cls.company_a = company({"name": "Alpha Ltd", "connect_distributor_id": cls.distributor.id})
        cls.company_b = company({"name": "Beta Ltd"})
        cls.vendor = company({"name": "Vendor Ltd", "connect_is_vendor": True})

        cls.admin_a = cls._staff("Admin A", cls.company_a, "partner_admin")
        cls.supervisor_a = cls._staff("Supervisor A", cls.company_a, "supervisor")
        cls.agent_a = cls._staff("Agent A", cls.company_a, "agent")
        cls.admin_b = cls._staff("Admin B", cls.company_b, "partner_admin")
        cls.agent_b = cls._staff("Agent B", cls.company_b, "agent")
        cls.admin_v = cls._staff("Admin V", cls.vendor, "partner_admin")
        cls.agent_v = cls._staff("Agent V", cls.vendor, "agent")
        cls.user_distributor = cls._staff("North manager", cls.distributor, "distributor")
        cls.support_staff = cls._staff("Support staff", cls.env.ref("base.main_company"), "support_staff")
        cls.platform = cls.env.ref("base.user_admin")

        cls.client_a = cls._client("Camomile", cls.company_a)
        cls.client_b = cls._client("Lotus", cls.company_b)
        cls.recipient_a = cls._recipient("Anna A", cls.client_a)
        cls.colleague_a = cls._recipient("Petr A", cls.client_a)
        cls.recipient_b = cls._recipient("Daria B", cls.client_b)

        cls.line_a = cls._line("Hot line", cls.company_a)
        cls.line_b = cls._line("Beta line", cls.company_b)
        cls.member_a = cls._member(cls.line_a, cls.agent_a, "high")
        cls.member_b = cls._member(cls.line_b, cls.agent_b)
        cls.connection_a = cls._connect(cls.line_a, cls.recipient_a)
        cls.connection_b = cls._connect(cls.line_b, cls.recipient_b)

    @classmethod
    def _staff(cls, name, company, role):
        return cls.env["res.users"].create(
            {
                "name": name,
                "lang": "en_US",
                "email": f"{name.replace(' ', '.').lower()}@test.example",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(cls.env.ref(f"connect_lines.group_{role}").ids)],
            }
        )

    @classmethod
    def _client(cls, name, company):
        return cls.env["res.partner"].create({"name": name, "is_company": True, "company_id": company.id})

    @classmethod
    def _recipient(cls, name, client):
        company = client.company_id
        return cls.env["res.users"].create(
            {
                "name": name,
                "lang": "en_US",
                "email": f"{name.replace(' ', '.').lower()}@test.example",
                "parent_id": client.id,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )

    @classmethod
    def _line(cls, name, company, **values):
        return cls.env["connect.line"].create({"name": name, "company_id": company.id, **values})

    @classmethod
    def _member(cls, line, user, priority="standard"):
        return cls.env["connect.line.member"].create({"line_id": line.id, "user_id": user.id, "priority": priority})

    @classmethod
    def _connect(cls, line, user, **values):
        return cls.env["connect.line.connection"].create(
            {"line_id": line.id, "partner_id": user.partner_id.id, **values}
        )

    @classmethod
    def _grant(cls, line, company, first_line=False):
        return cls.env["connect.line.grant"].create(
            {"line_id": line.id, "company_id": company.id, "first_line": first_line}
        )
