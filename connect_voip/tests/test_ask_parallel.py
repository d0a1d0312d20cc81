"""The bridge asks in a transaction of its own, and the router decides in others."""

from odoo import SUPERUSER_ID, api
from odoo.addons.connect_routing.tests.parallel import DISPATCHER, ParallelCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAskInItsOwnTransaction(ParallelCase):
    def make(self, env):
        super().make(env)
        self.start_patch(f"{DISPATCHER}._settle", lambda _self, _limit=0: False)  # nobody is told
        phones = env["connect.extension"].create(
            [
                {"number": str(201 + place), "user_id": user.id, "company_id": user.company_id.id}
                for place, user in enumerate(env["res.users"].browse(self.agents))
            ]
        )
        self.created.insert(0, ("connect.extension", phones.ids))

    def in_transaction(self, work):
        with self.registry.cursor() as cr:
            return work(api.Environment(cr, SUPERUSER_ID, {}))

    def turn_to_line(self, kind):
        def work(env):
            line, partner = env["connect.line"].browse(self.line_id), env["res.partner"].browse(self.partner_id)
            return line._contact(partner, kind=kind).id

        return self.in_transaction(work)

    def test_whom_the_router_has_just_chosen_is_rung(self):
        """ROU-23: her specialist has left. What the router makes of her call in that instant is no part of the
        snapshot in which the bridge asks, and yet the new one's telephone rings, not that of the one who has left."""
        request_id = self.turn_to_line("message")
        self.after_commits()

        def leave(env):
            left = env["connect.request"].browse(request_id).user_id
            agent = env["connect.agent"].search([("user_id", "=", left.id)])
            agent._switch(env["connect.status"]._id_of("away"), "manual")
            return left.id

        left_id = self.in_transaction(leave)
        self.turn_to_line("call")
        stages = self.in_transaction(lambda env: env["connect.call"]._ask("1", "line", request_id))
        user_id = self.in_transaction(lambda env: env["connect.request"].browse(request_id).user_id.id)
        self.assertNotEqual(user_id, left_id)
        self.assertEqual((stages[0]["kind"], {each["user_id"] for each in stages[0]["targets"]}), ("Ring", {user_id}))
