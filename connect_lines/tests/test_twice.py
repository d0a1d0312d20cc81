"""Two clicks at the same moment, in real transactions: one application, one account."""

import threading

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged

from .test_application import PERSON

CLICKS = 3
EMAIL = "twice@parallel.example"


@tagged("post_install", "-at_install")
class TestTwice(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].create({"name": "Twice Ltd"})
            values = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
            group = env.ref("connect_lines.group_partner_admin")
            admin = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create({"name": "Twice admin", "group_ids": [Command.set(group.ids)], **values})
            )
            self.company_id, self.admin_id = company.id, admin.id
        self.addCleanup(self.remove)

    def remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].browse(self.company_id)
            people = env["res.users"].with_context(active_test=False).search([("company_id", "=", company.id)])
            partners = people.partner_id | company.partner_id
            applications = env["connect.application"].search([("company_id", "=", company.id)])
            env["mail.mail"].search(
                [("model", "=", "connect.application"), ("res_id", "in", applications.ids)]
            ).unlink()
            applications.write({"state": "draft"})  # only drafts are deleted
            applications.unlink()
            people.unlink()
            company.unlink()
            partners.exists().unlink()

    def at_once(self, work):
        """Call `work(env)` from several connections at the same time; the results, or the errors."""
        barrier, results = threading.Barrier(CLICKS), []

        def click():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.admin_id, {})
                env.user.name  # noqa: B018 - the snapshot of the transaction is taken before the others begin
                barrier.wait()
                try:
                    results.append(retrying(lambda: work(env), env))
                except Exception as error:
                    results.append(error)

        threads = [threading.Thread(target=click) for _number in range(CLICKS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_sent_and_approved_once(self):
        """Sending the same application and approving it from several screens at once leaves one of each."""

        def send(env):
            company = env["res.company"].browse(self.company_id)
            env["connect.application"]._apply_publicly({**PERSON, "email": EMAIL}, "203.0.113.99", company)
            return True

        self.assertEqual(self.at_once(send), [True] * CLICKS)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            application = env["connect.application"].search([("email", "=", EMAIL)])
            self.assertEqual(len(application), 1)
            application_id = application.id

        def approve(env):
            return env["connect.application"].browse(application_id).approve()

        self.assertEqual(self.at_once(approve), [True] * CLICKS)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env["res.users"].search_count([("email", "=", EMAIL)]), 1)
            self.assertEqual(env["connect.application"].browse(application_id).state, "approved")
