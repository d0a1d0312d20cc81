"""ADM-07 for the models of routing: rows of the table that ``connect_lines`` proves."""

from odoo import fields
from odoo.addons.connect_lines.tests.isolation import ADMIN_OF_OWN, EVERYTHING, STAFF_OF_OWN, register

RECIPIENTS = {"recipient": "a", "other_recipient": "b"}
NOBODY_WRITES = {}
# a transient record is reached by whoever made it
OWN_REPLAY = {"read": {"supervisor": "a", "other_admin": "b"}, "write": {"supervisor": "a", "other_admin": "b"}}


def request_of(case, line, user):
    requests = case.env["connect.request"]
    known = requests.search([("line_id", "=", line.id), ("state", "!=", "closed")], limit=1)
    return known or line._contact(user.partner_id)


@register("connect.request", read={**STAFF_OF_OWN, **RECIPIENTS}, write=NOBODY_WRITES)
def requests(case):
    return {
        "a": request_of(case, case.line_a, case.recipient_a),
        "b": request_of(case, case.line_b, case.recipient_b),
    }


@register("connect.decision", read=STAFF_OF_OWN, write=NOBODY_WRITES)
def decisions(case):
    return {tenant: request.decision_ids[0] for tenant, request in requests(case).items()}


@register("connect.contact", read={}, write=NOBODY_WRITES)
def contacts(case):
    made = requests(case)
    case.line_a._contact(case.recipient_a.partner_id, key="a")
    case.line_b._contact(case.recipient_b.partner_id, key="b")
    search = case.env["connect.contact"].search
    return {tenant: search([("request_id", "=", request.id)], limit=1) for tenant, request in made.items()}


@register("connect.unsettled", read={}, write=NOBODY_WRITES)
def outbox(case):
    search = case.env["connect.unsettled"].search
    return {t: search([("request_id", "=", request.id)], limit=1) for t, request in requests(case).items()}


@register("connect.agent", read=STAFF_OF_OWN, write={"platform": "ab", "admin": "a", "other_admin": "b"})
def agents(case):
    search = case.env["connect.agent"].search
    return {
        "a": search([("user_id", "=", case.agent_a.id)]),
        "b": search([("user_id", "=", case.agent_b.id)]),
    }


@register(
    "connect.status.log",
    read={**EVERYTHING, "admin": "a", "supervisor": "a", "agent": "a", "other_admin": "b", "other_agent": "b"},
    write=NOBODY_WRITES,
)
def status_logs(case):
    search = case.env["connect.status.log"].search
    return {tenant: search([("agent_id", "=", agent.id)], limit=1) for tenant, agent in agents(case).items()}


@register(
    "connect.status",
    read=dict.fromkeys(
        (
            "platform",
            "support_staff",
            "distributor",
            "admin",
            "supervisor",
            "agent",
            "recipient",
            "colleague",
            "other_admin",
            "other_agent",
            "other_recipient",
            "vendor_admin",
            "vendor_agent",
        ),
        "ab",
    ),
    write={"platform": "ab"},
)
def statuses(case):
    """A catalogue of the installation, not of a tenant."""
    return {"a": case.env.ref("connect_routing.status_free"), "b": case.env.ref("connect_routing.status_away")}


def replays_of(case, pick):
    """Of each tenant's supervisor, on his own line."""
    made = {}
    for tenant, user, line in (("a", case.supervisor_a, case.line_a), ("b", case.admin_b, case.line_b)):
        request_of(case, line, case.recipient_a if tenant == "a" else case.recipient_b)
        case.env.flush_all()
        replay = case.env["connect.replay"].with_user(user).create({"line_id": line.id, "day": fields.Date.today()})
        replay.action_replay()
        made[tenant] = pick(replay)
    return made


@register("connect.hand.over", **OWN_REPLAY)
def hand_overs(case):
    return {
        tenant: case.env["connect.hand.over"].with_user(user).create({"request_id": requests(case)[tenant].id})
        for tenant, user in (("a", case.supervisor_a), ("b", case.admin_b))
    }


@register("connect.replay", **OWN_REPLAY)
def replays(case):
    return replays_of(case, lambda replay: replay)


@register("connect.replay.member", **OWN_REPLAY)
def replay_members(case):
    return replays_of(case, lambda replay: replay.member_ids[0])


@register("connect.replay.hour", **OWN_REPLAY)
def replay_hours(case):
    return replays_of(case, lambda replay: replay.hour_ids[0])


@register("connect.proof", read=EVERYTHING, write=NOBODY_WRITES)
def proofs(case):
    """Figures over all tenants: the platform's alone."""
    prove = case.env["connect.proof"]._prove
    return {"a": prove("daily"), "b": prove("weekly")}


@register("connect.ticket.firing", read=ADMIN_OF_OWN, write=NOBODY_WRITES)
def ticket_firings(case):
    values = {
        "type_id": case.env.ref("connect_lines.ticket_type_other").id,
        "topic_id": case.env.ref("connect_lines.topic_other").id,
    }
    lines = {"a": case.line_a, "b": case.line_b}
    return {
        tenant: case.env["connect.ticket.firing"].create(
            {
                "rule_id": case.env["connect.ticket.rule"].create({"line_id": lines[tenant].id, **values}).id,
                "request_id": request.id,
                "state": "due",
            }
        )
        for tenant, request in requests(case).items()
    }


@register("connect.timer", read={}, write=NOBODY_WRITES)
def timers(case):
    made = requests(case)
    for request in made.values():
        case.env["connect.timer"]._set(request.id, "reply", 60)
    search = case.env["connect.timer"].search
    return {tenant: search([("request_id", "=", request.id)]) for tenant, request in made.items()}


def skills_of(case, name):
    create = case.env["connect.skill"].create
    return {
        "a": create({"name": name, "company_id": case.company_a.id}),
        "b": create({"name": name, "company_id": case.company_b.id}),
    }


@register(
    "connect.skill", read=STAFF_OF_OWN, write={"platform": "ab", "admin": "a", "supervisor": "a", "other_admin": "b"}
)
def skills(case):
    return skills_of(case, "Alone")


@register(
    "connect.skill.level",
    read=STAFF_OF_OWN,
    write={"platform": "ab", "admin": "a", "supervisor": "a", "other_admin": "b"},
)
def skill_levels(case):
    users = {"a": case.agent_a, "b": case.agent_b}
    return {
        tenant: case.env["connect.skill.level"].create({"user_id": users[tenant].id, "skill_id": skill.id})
        for tenant, skill in skills_of(case, "Given").items()
    }


@register("connect.line.skill", read=STAFF_OF_OWN, write={"platform": "ab", "admin": "a", "other_admin": "b"})
def line_skills(case):
    lines = {"a": case.line_a, "b": case.line_b}
    return {
        tenant: case.env["connect.line.skill"].create({"line_id": lines[tenant].id, "skill_id": skill.id})
        for tenant, skill in skills_of(case, "Demanded").items()
    }
