"""ADM-07: scripts and what was answered in them, role by role."""

from odoo.addons.connect_lines.tests.isolation import register

from .test_isolation import STAFF, calls
from .test_isolation_office import made

WRITERS = {"platform": "ab", "admin": "a", "supervisor": "a", "other_admin": "b"}
READERS = {**WRITERS, "support_staff": "ab"}
RUNS = {name: reach for name, reach in STAFF.items() if name != "support_staff"}


@register("connect.script", read=READERS, write=WRITERS)
def scripts(case):
    step = {"name": "One", "field_ids": [(0, 0, {"name": "Who"})]}
    return made(case, "connect.script", lambda company, tenant: {"name": tenant, "step_ids": [(0, 0, step)]})


@register("connect.script.step", read=READERS, write=WRITERS)
def script_steps(case):
    return {tenant: script.step_ids[:1] for tenant, script in scripts(case).items()}


@register("connect.script.field", read=READERS, write=WRITERS)
def script_fields(case):
    return {tenant: step.field_ids[:1] for tenant, step in script_steps(case).items()}


@register("connect.script.run", read=RUNS)
def runs(case):
    found = case.env["connect.script.run"]
    lines = {"a": case.line_a, "b": case.line_b}
    for tenant, call in calls(case).items():
        lines[tenant].script_id = scripts(case)[tenant]
        call._set_row({"line_id": lines[tenant].id})
        found._begin(call, call.user_id)
    return {tenant: found.search([("call_id", "=", call.id)]) for tenant, call in calls(case).items()}
