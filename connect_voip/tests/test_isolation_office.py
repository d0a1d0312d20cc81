"""ADM-07: departments, schemes, operators' lines, role by role."""

import base64
import io
import wave

from odoo.addons.connect_lines.tests.isolation import register

from .test_isolation import ADMINS, STAFF, companies

READERS = {**ADMINS, "support_staff": "ab"}


def silence(seconds=1.0):
    """A WAV file without a sound, as it is uploaded."""
    result = io.BytesIO()
    with wave.open(result, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return base64.b64encode(result.getvalue())


def made(case, model, values):
    """One record of each tenant: the one it has, or one made of ``values(company, tenant)``."""
    return {
        tenant: case.env[model].search([("company_id", "=", company.id)], limit=1)
        or case.env[model].create({"company_id": company.id, **values(company, tenant)})
        for tenant, company in companies(case).items()
    }


@register("connect.department", read=STAFF, write=ADMINS)
def departments(case):
    return made(case, "connect.department", lambda company, tenant: {"name": tenant, "number": "951"})


@register("connect.room", read=STAFF, write=ADMINS)
def rooms(case):
    return made(case, "connect.room", lambda company, tenant: {"name": tenant, "number": "851"})


@register("connect.follow.me", read=STAFF, write=ADMINS)
def follow_me(case):
    users = {"a": case.agent_a, "b": case.agent_b}
    return made(
        case,
        "connect.follow.me",
        lambda company, tenant: {
            "user_id": users[tenant].id,
            "number": "451",
            "step_ids": [(0, 0, {"seconds": 5, "numbers": "+375296666666"})],
        },
    )


@register("connect.follow.me.step", read=STAFF, write=ADMINS)
def steps(case):
    return {tenant: follow.step_ids for tenant, follow in follow_me(case).items()}


@register("connect.trunk", read=STAFF, write=ADMINS)
def trunks(case):
    return made(case, "connect.trunk", lambda company, tenant: {"name": tenant, "host": f"{tenant}.example.by"})


@register("connect.trunk.use", read=READERS)
def uses(case):
    found = case.env["connect.trunk.use"]
    for tenant, trunk in trunks(case).items():
        found._claim(trunk, f"isolation-{tenant}", "x", True, 5)
    return {tenant: found.search([("key", "=", f"isolation-{tenant}")], limit=1) for tenant in "ab"}


def rule_of(trunk):
    return {"name": "x", "rule_ids": [(0, 0, {"prefix": "+375", "trunk_ids": [(6, 0, trunk.ids)]})]}


@register("connect.outbound.scheme", read=READERS, write=ADMINS)
def outbound_schemes(case):
    lines = trunks(case)
    return made(case, "connect.outbound.scheme", lambda company, tenant: rule_of(lines[tenant]))


@register("connect.outbound.rule", read=READERS, write=ADMINS)
def outbound_rules(case):
    return {tenant: scheme.rule_ids for tenant, scheme in outbound_schemes(case).items()}


@register("connect.outbound.limit", read=READERS, write=ADMINS)
def limits(case):
    limit = case.env["connect.outbound.limit"]
    return {tenant: limit._of_company(company) for tenant, company in companies(case).items()}


@register("connect.prompt", read=READERS, write=ADMINS)
def prompts(case):
    return made(case, "connect.prompt", lambda company, tenant: {"name": tenant, "sound": silence()})


@register("connect.inbound.scheme", read=READERS, write=ADMINS)
def inbound_schemes(case):
    return made(
        case,
        "connect.inbound.scheme",
        lambda company, tenant: {"name": tenant, "step_ids": [(0, 0, {"kind": "hang_up"})]},
    )


@register("connect.inbound.step", read=READERS, write=ADMINS)
def inbound_steps(case):
    return {tenant: scheme.step_ids for tenant, scheme in inbound_schemes(case).items()}


@register("connect.did", read=READERS, write=ADMINS)
def dids(case):
    schemes = inbound_schemes(case)
    return made(
        case, "connect.did", lambda company, tenant: {"number": "+375170000001", "scheme_id": schemes[tenant].id}
    )
