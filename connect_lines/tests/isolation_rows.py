"""The rows of the isolation table for this addon's models, and for those of Odoo that leak."""

from .isolation import ADMIN_OF_OWN, EVERYTHING, STAFF_OF_OWN, register

ASSISTANT = {"distributor": "a", "platform": "b"}  # each has his own


@register(
    "connect.subscription",
    read={
        **EVERYTHING,
        "admin": "a",
        "other_admin": "b",
        "distributor": "a",
    },
    write={"platform": "ab", "distributor": "a"},
)
def subscriptions(case):
    create = case.env["connect.subscription"].create
    return {
        "a": create({"company_id": case.company_a.id, "feature": "api"}),
        "b": create({"company_id": case.company_b.id, "feature": "api"}),
    }


@register("connect.line", read={**STAFF_OF_OWN, "recipient": "a", "other_recipient": "b"}, write=ADMIN_OF_OWN)
def lines(case):
    return {"a": case.line_a, "b": case.line_b}


@register("connect.line.member", read=STAFF_OF_OWN, write={**ADMIN_OF_OWN, "supervisor": "a"})
def members(case):
    return {"a": case.member_a, "b": case.member_b}


@register(
    "connect.line.connection",
    read={
        **STAFF_OF_OWN,
        "recipient": "a",
        "other_recipient": "b",
    },
    write=ADMIN_OF_OWN,
)
def connections(case):
    return {"a": case.connection_a, "b": case.connection_b}


@register(
    "connect.line.grant",
    read={
        **STAFF_OF_OWN,
        "vendor_admin": "ab",
        "vendor_agent": "ab",
    },
    write={"platform": "ab", "vendor_admin": "ab"},
)
def grants(case):
    line = case._line("Vendor line", case.vendor)
    return {"a": case._grant(line, case.company_a), "b": case._grant(line, case.company_b)}


@register("connect.account", read={"admin": "a", "other_admin": "b"}, write={"admin": "a", "other_admin": "b"})
def accounts(case):
    model = case.env["connect.account"]
    return {
        "a": model.with_user(case.admin_a).create({"kind": "specialist"}),
        "b": model.with_user(case.admin_b).create({"kind": "specialist"}),
    }


@register("connect.connect.wizard", read={"admin": "a", "other_admin": "b"}, write={"admin": "a", "other_admin": "b"})
def connect_wizards(case):
    model = case.env["connect.connect.wizard"]
    return {"a": model.with_user(case.admin_a).create({}), "b": model.with_user(case.admin_b).create({})}


@register(
    "res.company",
    read={
        **STAFF_OF_OWN,
        "distributor": "a",
        "recipient": "a",
        "colleague": "a",
        "other_recipient": "b",
    },
    write={"platform": "ab", "admin": "a", "other_admin": "b", "distributor": "a"},
)
def companies(case):
    return {"a": case.company_a, "b": case.company_b}


@register(
    "res.users",
    read={
        **STAFF_OF_OWN,
        "recipient": "a",
        "colleague": "a",
        "other_recipient": "b",
    },
    write={"platform": "ab"},
)
def recipients_accounts(case):
    return {"a": case.recipient_a, "b": case.recipient_b}


@register(
    "res.partner",
    read={
        **STAFF_OF_OWN,
        "recipient": "a",
        "colleague": "a",
        "other_recipient": "b",
    },
    write=ADMIN_OF_OWN,
)
def recipients(case):
    return {"a": case.recipient_a.partner_id, "b": case.recipient_b.partner_id}


@register("mail.guest", read={"platform": "ab", "agent": "a", "other_agent": "b"}, write={"platform": "ab"})
def guests(case):
    def guest(user):
        guest = case.env["mail.guest"].create({"name": "Guest"})
        channel = case.env["discuss.channel"].create({"name": "with a guest", "channel_type": "group"})
        channel.channel_member_ids.unlink()
        case.env["discuss.channel.member"].create(
            [
                {"channel_id": channel.id, "guest_id": guest.id},
                {"channel_id": channel.id, "partner_id": user.partner_id.id},
            ]
        )
        return guest

    return {"a": guest(case.agent_a), "b": guest(case.agent_b)}


@register(
    "discuss.channel",
    read={
        "platform": "ab",
        "admin": "a",
        "supervisor": "a",
        "agent": "a",
        "other_admin": "b",
        "other_agent": "b",
    },
    write={
        "platform": "ab",
        "admin": "a",
        "supervisor": "a",
        "agent": "a",
        "other_admin": "b",
        "other_agent": "b",
    },
)
def open_channels(case):
    def channel(company):
        channel = (
            case.env["discuss.channel"]
            .with_company(company)
            .create(
                {"name": "Everybody", "channel_type": "channel", "group_public_id": case.env.ref("base.group_user").id}
            )
        )
        channel.channel_member_ids.unlink()
        return channel

    return {"a": channel(case.company_a), "b": channel(case.company_b)}


MESSAGES = {"platform": "ab", "admin": "a", "supervisor": "a", "agent": "a", "other_admin": "b", "other_agent": "b"}


@register("mail.message", read=MESSAGES, write={"platform": "ab", "admin": "a", "other_admin": "b"})
def notes_on_clients(case):
    return {
        "a": case.client_a.message_post(body="note", subtype_xmlid="mail.mt_note"),
        "b": case.client_b.message_post(body="note", subtype_xmlid="mail.mt_note"),
    }


@register("ir.attachment", read={**STAFF_OF_OWN}, write=ADMIN_OF_OWN)
def files_of_clients(case):
    create = case.env["ir.attachment"].create
    return {
        "a": create({"name": "a.txt", "raw": b"a", "res_model": "res.partner", "res_id": case.client_a.id}),
        "b": create({"name": "b.txt", "raw": b"b", "res_model": "res.partner", "res_id": case.client_b.id}),
    }


# --- applications, contracts, offers ---


@register(
    "connect.application",
    read={**STAFF_OF_OWN, "recipient": "a", "other_recipient": "b"},
    write={"platform": "ab", "admin": "a", "other_admin": "b"},
)
def applications(case):
    def application(user):
        values = {"connect_surname": "New", "connect_given_name": "One", "email": f"new{user.id}@test.example"}
        return case.env["connect.application"].with_user(user)._apply({"type": "colleague", **values})

    return {"a": application(case.recipient_a), "b": application(case.recipient_b)}


@register("connect.contract", read=STAFF_OF_OWN, write=ADMIN_OF_OWN)
def contracts(case):
    create = case.env["connect.contract"].create
    return {
        "a": create({"number": "1", "partner_id": case.client_a.id, "date_end": "2030-01-01"}),
        "b": create({"number": "1", "partner_id": case.client_b.id, "date_end": "2030-01-01"}),
    }


@register(
    "connect.line.offer",
    read={**STAFF_OF_OWN, "recipient": "a", "colleague": "a", "other_recipient": "b"},
)
def offers(case):
    (case.line_a | case.line_b).is_published = True
    offers = case.env["connect.line.offer"]
    return {"a": offers.browse(case.line_a.id), "b": offers.browse(case.line_b.id)}


# --- payments ---


def _statement(case, company, month="2026-06-01"):
    values = {"distributor_id": case.distributor.id, "currency_id": company.currency_id.id, "month": month}
    return case.env["connect.statement"].create({**values, "company_id": company.id, "state": "sent"})


OF_PAYMENTS = {**EVERYTHING, "admin": "a", "other_admin": "b", "distributor": "ab"}


@register("connect.statement", read=OF_PAYMENTS)
def statements(case):
    return {"a": _statement(case, case.company_a), "b": _statement(case, case.company_b)}


@register("connect.statement.line", read=OF_PAYMENTS)
def statement_lines(case):
    def line(company):
        values = {"item": "account", "count": 1, "days": 30}
        return case.env["connect.statement.line"].create(
            {**values, "statement_id": _statement(case, company, "2026-07-01").id}
        )

    return {"a": line(case.company_a), "b": line(case.company_b)}


@register("connect.price", read={**EVERYTHING, "distributor": "a"}, write={"platform": "ab", "distributor": "a"})
def prices(case):
    other = case.env["res.company"].create({"name": "South", "connect_role": "distributor"})
    create = case.env["connect.price"].create
    return {
        "a": create({"company_id": case.distributor.id, "item": "account", "price": 100}),
        "b": create({"company_id": other.id, "item": "account", "price": 100}),
    }


@register("connect.paid.period", read={"platform": "ab"})
def paid_periods(case):
    (case.agent_a | case.agent_b).connect_paid = True
    periods = case.env["connect.paid.period"]
    return {
        "a": periods.search([("user_id", "=", case.agent_a.id)]),
        "b": periods.search([("user_id", "=", case.agent_b.id)]),
    }


@register("connect.statement.wizard", read=ASSISTANT, write=ASSISTANT)
def statement_wizards(case):
    model = case.env["connect.statement.wizard"]
    return {"a": model.with_user(case.user_distributor).create({}), "b": model.with_user(case.platform).create({})}


@register("connect.partner.wizard", read=ASSISTANT, write=ASSISTANT)
def partner_wizards(case):
    model = case.env["connect.partner.wizard"]
    values = {"name": "New", "connect_surname": "New", "connect_given_name": "N", "admin_email": "n@test.example"}
    users = {"a": case.user_distributor, "b": case.platform}
    return {tenant: model.with_user(user).create(values) for tenant, user in users.items()}


# --- service tickets ---


def _with_tickets(case):
    for company in (case.company_a, case.company_b):
        case.env["connect.subscription"].create({"company_id": company.id, "feature": "ticket"})


def _make_tickets(case):
    _with_tickets(case)
    topic = case.env.ref("connect_lines.topic_other")
    pairs = {"a": (case.line_a, case.recipient_a), "b": (case.line_b, case.recipient_b)}
    return {
        tenant: case.env["connect.ticket"].create(
            {"line_id": line.id, "partner_id": user.partner_id.id, "summary": tenant, "topic_id": topic.id}
        )
        for tenant, (line, user) in pairs.items()
    }


TICKET_STAFF = {"platform": "ab", "admin": "a", "supervisor": "a", "agent": "a", "other_admin": "b", "other_agent": "b"}


@register("connect.ticket", read={**TICKET_STAFF, "recipient": "a", "other_recipient": "b"}, write=TICKET_STAFF)
def tickets(case):
    return _make_tickets(case)


@register("connect.ticket.event", read=TICKET_STAFF)
def ticket_events(case):
    return {tenant: ticket.event_ids for tenant, ticket in _make_tickets(case).items()}


@register("connect.ticket.number", read={"platform": "ab"})
def ticket_numbers(case):
    _make_tickets(case)
    rows = case.env["connect.ticket.number"].search([("number", "=", 0)])
    return {
        "a": rows.filtered(lambda row: row.company_id == case.company_a),
        "b": rows.filtered(lambda row: row.company_id == case.company_b),
    }


EVERYBODY = dict.fromkeys(
    (
        "platform", "support_staff", "distributor", "admin", "supervisor", "agent", "recipient", "colleague",
        "other_admin", "other_agent", "other_recipient", "vendor_admin", "vendor_agent",
    ),
    "ab",
)  # fmt: skip


@register("connect.ticket.type", read=EVERYBODY, write={"platform": "ab"})
def ticket_types(case):
    return {
        "a": case.env.ref("connect_lines.ticket_type_incident"),
        "b": case.env.ref("connect_lines.ticket_type_wish"),
    }


@register("connect.ticket.stage", read=EVERYBODY, write={"platform": "ab"})
def ticket_stages(case):
    return {"a": case.env.ref("connect_lines.ticket_stage_new"), "b": case.env.ref("connect_lines.ticket_stage_done")}


@register("connect.topic", read=TICKET_STAFF, write=ADMIN_OF_OWN)
def topics(case):
    create = case.env["connect.topic"].create
    return {
        "a": create({"name": "a", "company_id": case.company_a.id}),
        "b": create({"name": "b", "company_id": case.company_b.id}),
    }


@register("connect.ticket.policy", read=TICKET_STAFF, write=ADMIN_OF_OWN)
def ticket_policies(case):
    create = case.env["connect.ticket.policy"].create
    return {
        "a": create({"name": "a", "company_id": case.company_a.id}),
        "b": create({"name": "b", "company_id": case.company_b.id}),
    }


@register(
    "connect.ticket.rule",
    read={"platform": "ab", "admin": "a", "supervisor": "a", "other_admin": "b"},
    write=ADMIN_OF_OWN,
)
def ticket_rules(case):
    values = {
        "type_id": case.env.ref("connect_lines.ticket_type_other").id,
        "topic_id": case.env.ref("connect_lines.topic_other").id,
    }
    create = case.env["connect.ticket.rule"].create
    return {
        "a": create({"line_id": case.line_a.id, **values}),
        "b": create({"line_id": case.line_b.id, **values}),
    }


@register("connect.ticket.merge", read={"agent": "a", "other_agent": "b"}, write={"agent": "a", "other_agent": "b"})
def ticket_merges(case):
    made = _make_tickets(case)
    return {
        tenant: case.env["connect.ticket.merge"]
        .with_user(user)
        .create({"ticket_ids": made[tenant].ids, "target_id": made[tenant].id})
        for tenant, user in (("a", case.agent_a), ("b", case.agent_b))
    }
