"""ADM-07: calls, telephones, recordings, role by role."""

from odoo import fields
from odoo.addons.connect_lines.tests.isolation import register

ALL_STAFF = {"platform": "ab", "support_staff": "ab"}


def companies(case):
    return {"a": case.agent_a.company_id, "b": case.agent_b.company_id}


def pbx_of(case):
    known = case.env["connect.pbx"].with_context(active_test=False)
    return {
        tenant: known.search([("company_id", "=", company.id)], limit=1)
        or known.create({"name": tenant, "company_id": company.id})
        for tenant, company in companies(case).items()
    }


def phones(case):
    return {
        tenant: case.env["connect.extension"].search([("user_id", "=", user.id)])
        or case.env["connect.extension"].create({"number": "141", "user_id": user.id, "company_id": user.company_id.id})
        for tenant, user in (("a", case.agent_a), ("b", case.agent_b))
    }


def calls(case):
    return {
        tenant: case.env["connect.call"]._open_call(
            {
                "key": f"isolation-{tenant}",
                "company_id": company.id,
                "direction": "inner",
                "user_id": (case.agent_a if tenant == "a" else case.agent_b).id,
            }
        )
        for tenant, company in companies(case).items()
    }


STAFF = {**ALL_STAFF, "admin": "a", "supervisor": "a", "agent": "a", "other_admin": "b", "other_agent": "b"}
ADMINS = {"platform": "ab", "admin": "a", "other_admin": "b"}
HEARERS = {"platform": "ab", "admin": "a", "supervisor": "a", "agent": "a", "other_admin": "b", "other_agent": "b"}


@register("connect.pbx", read={**ADMINS, "support_staff": "ab"}, write=ADMINS)
def exchanges(case):
    return pbx_of(case)


@register("connect.number", read={})
def numbers(case):
    found = case.env["connect.number"]
    return {tenant: found.search([("res_id", "=", phone.id)]) for tenant, phone in phones(case).items()}


@register("connect.extension", read=STAFF, write=ADMINS)
def telephones(case):
    return phones(case)


@register("connect.call", read=STAFF)
def all_calls(case):
    return calls(case)


@register("connect.call.fact", read=STAFF)
def facts(case):
    result = {}
    for tenant, call in calls(case).items():
        call._write_fact("ringing", {})
        result[tenant] = call.fact_ids[:1]
    return result


@register("connect.call.order", read={})
def orders(case):
    result = {}
    for tenant, call in calls(case).items():
        user = case.agent_a if tenant == "a" else case.agent_b
        order_id = case.env["connect.call.order"]._give(pbx_of(case)[tenant], call.key, "hold", user)
        result[tenant] = case.env["connect.call.order"].browse(order_id)
    return result


def sounds(case):
    for tenant, call in calls(case).items():
        case.env.cr.execute(
            """INSERT INTO connect_recording (call_id, company_id, name, kind, at, seconds)
               VALUES (%s, %s, %s, 'talk', now(), 1) ON CONFLICT DO NOTHING""",
            [call.id, call.company_id.id, f"isolation-{tenant}"],
        )
    found = case.env["connect.recording"]
    return {tenant: found.search([("name", "=", f"isolation-{tenant}")]) for tenant in "ab"}


@register("connect.recording", read=HEARERS)
def recordings(case):
    return sounds(case)


@register("connect.recording.listening", read={key: value for key, value in HEARERS.items() if "agent" not in key})
def listenings(case):
    heard = case.env["connect.recording.listening"]
    return {
        tenant: heard.create({"recording_id": sound.id, "user_id": case.admin_a.id, "at": fields.Datetime.now()})
        for tenant, sound in sounds(case).items()
    }
