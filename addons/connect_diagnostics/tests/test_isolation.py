"""ADM-07, ADM-08: failures are read by the platform and its support staff alone."""

from odoo.addons.connect_lines.tests.isolation import EVERYTHING, register


@register("connect.failure", read=EVERYTHING, write={})
def failures(case):
    made = {}
    for tenant, user in (("a", case.agent_a), ("b", case.agent_b)):
        case.env["connect.failure"]._report(user, {"message": f"TypeError of tenant {tenant}"})
        made[tenant] = case.env["connect.failure"].search([("company_id", "=", user.company_id.id)])
    return made
