"""The commonest screens and calls with ten service companies and with 5,000, in the same run on the same database.

5,000 companies have 100,000 clients, 1,000,000 users of them and 500,000 tickets (`_tenants.py`). What a screen asks
for is read from its own action and view, as the web client does; each round is a transaction of its own in the name
of the user.

The promise: nothing takes longer than a second, and what belongs to one company takes no longer beside 5,000 others.
What spans companies by nature (the vendor's line, the distributor, the platform) is only held to the second.

Run: `make bench ARGS=lines`. `--partners=500` makes fewer companies, `--plans` shows the slowest statement of each
screen with its plan.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import _tenants as tenants
from _common import open_registry, table
from lxml import etree
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor
from odoo.tools.safe_eval import safe_eval

SMALL, LARGE, LIMIT = 10, 5000, 1000  # companies, companies, ms
ROUNDS, PAGE, COUNTED = 9, 80, 10_001
NOISE = 15  # ms by which two medians of the same work may differ on a busy machine
MINE = 5  # the company that is looked at
SEARCHED = tenants.name_of(MINE, 3)  # a user who is connected to the vendor, too

Screen = Callable[[Any], Any]
newcomers = itertools.count(100)  # users for whom no request is open; each asks once


def fields_of(arch: Any, known: dict[str, Any]) -> dict[str, Any]:
    """What the web client reads for a view: its own fields, names of what they link to."""
    specification: dict[str, Any] = {}
    for node in arch.xpath("//field[not(ancestor::field)]"):
        kind = known.get(node.get("name"), {}).get("type")
        linked = kind in ("many2one", "many2many", "one2many")
        specification[node.get("name")] = {"fields": {"display_name": {}}} if linked else {}
    return specification


def screen(action: str, kind: str = "list", found: list[Any] | None = None, group: str = "") -> Screen:
    """Opening an action's view, with a search or grouped when asked."""
    known: dict[int, Any] = {}

    def prepare(env: Any) -> Any:
        values = env["ir.actions.actions"]._for_xml_id(action)
        context = {"uid": env.uid, "allowed_company_ids": env.companies.ids}
        views = {name: view for view, name in values["views"]}
        view = env[values["res_model"]].get_view(views.get(kind) or False, kind)
        arch = etree.fromstring(view["arch"])
        fields = fields_of(arch, env[values["res_model"]].fields_get(attributes=["type"]))
        domain = safe_eval(values.get("domain") or "[]", context)
        return values["res_model"], [*domain, *(found or [])], fields, arch.get("default_order")

    def opened(env: Any) -> Any:
        if env.uid not in known:
            known[env.uid] = prepare(env)
        model, domain, fields, order = known[env.uid]
        if group:
            return env[model].web_read_group(
                domain, [group], ["__count"], auto_unfold=True, unfold_read_specification=fields
            )
        return env[model].web_search_read(domain, fields, limit=PAGE, order=order, count_limit=COUNTED)["records"]

    return opened


def named(words: str) -> list[Any]:
    """The search field of the list of users."""
    return ["|", "|", "|", ("name", "ilike", words), ("email", "ilike", words), ("phone", "ilike", words),
            ("connect_login", "=", words)]  # fmt: skip


def chosen(env: Any) -> Any:
    """What a field that names a person offers while somebody types."""
    return env["res.partner"].name_search(SEARCHED, [("is_company", "=", False)], limit=8)


def portal(env: Any) -> Any:
    connections = env["connect.line"]._recipient_lines(env.user.partner_id)
    channels = env["discuss.channel"]
    return channels._connect_portal_lines(connections), channels._connect_portal_line(connections[:1])


def open_request(env: Any) -> Any:
    """Somebody whom no request is open for; with its commit."""
    # sudo: the bench chooses anybody; the measured call is made with his own rights
    someone = env["res.users"].sudo().browse(tenants.person(MINE, next(newcomers)))
    answer = env(user=someone.id)["connect.line"].browse(tenants.line(MINE)).open_request()
    env.cr.commit()
    return answer


def recipients(line: int, search: str = "") -> Screen:
    return lambda env: env["discuss.channel"]._connect_agent_recipients(line, search, PAGE)["items"]


def first_ticket(env: Any) -> Any:
    return env["connect.ticket"].search([("line_id", "=", tenants.line(MINE))], limit=1)


def one_ticket(env: Any) -> Any:
    """The form of a ticket, as the web client reads it."""
    arch = etree.fromstring(env["connect.ticket"].get_view(False, "form")["arch"])
    known = env["connect.ticket"].fields_get(attributes=["type"])
    return first_ticket(env).web_read(fields_of(arch, known))


def create_ticket(env: Any) -> Any:
    """By the verb that integrations call; rolled back."""
    details = {"situation": "Закрываем месяц", "desired_result": "Найти разницу"}
    topic = env.ref("connect_lines.topic_other").id
    person = tenants.person(MINE, 9)
    return env["connect.ticket"].submit(tenants.line(MINE), "other", topic, "Новая заявка", details, person)


def own_tickets(env: Any) -> Any:
    """«My tickets» of the portal: the page's count and its rows."""
    domain = [("partner_id", "=", env.user.partner_id.id), ("stage_kind", "in", ["new", "work", "waiting"])]
    tickets = env["connect.ticket"]
    found = tickets.search(domain, order="id desc", limit=20)
    # sudo: as the page reads them: found under the person's own rules just above
    return tickets.search_count(domain), [(each.name, each.stage_id.name, each.user_id.name) for each in found.sudo()]


def own_ticket(env: Any) -> Any:
    """One ticket's page of the portal, with what is promised."""
    ticket = env["connect.ticket"].search([("partner_id", "=", env.user.partner_id.id)], limit=1)
    # sudo: as the page reads it: found under the person's own rules just above
    return ticket._filled_details(), ticket.sudo()._promises(), ticket.message_ids.ids


# who, his id (0: the distributor, whom the demo data bring), what he opens
OPEN = [("stage_kind", "in", ["new", "work", "waiting"])]
TICKETS = screen("connect_lines.action_ticket", found=OPEN)
TICKET_CARDS = screen("connect_lines.action_ticket", "kanban", found=OPEN, group="stage_id")
SOON = screen("connect_lines.action_ticket", found=[("is_soon", "=", True)])
OVERDUE = screen("connect_lines.action_ticket", found=[("is_overdue", "=", True)])
PERSON_SEARCH = screen("connect_lines.action_person", found=named(SEARCHED))
LOGIN_SEARCH = screen("connect_lines.action_person", found=named(str(tenants.person(MINE, 77))))
REQUESTS = screen("connect_routing.action_connect_request")
LEDGER = screen("connect_routing.action_connect_decision")
# what one company sees
OWN: list[tuple[str, int, str, Screen]] = [
    ("administrator", tenants.admin(MINE), "clients", screen("connect_lines.action_client")),
    ("administrator", tenants.admin(MINE), "users of clients", screen("connect_lines.action_person")),
    ("administrator", tenants.admin(MINE), "user by name", PERSON_SEARCH),
    ("administrator", tenants.admin(MINE), "user by login", LOGIN_SEARCH),
    ("administrator", tenants.admin(MINE), "choosing a person", chosen),
    ("administrator", tenants.admin(MINE), "all connections", screen("connect_lines.action_connection")),
    ("administrator", tenants.admin(MINE), "lines", screen("connect_lines.action_line", "kanban")),
    ("administrator", tenants.admin(MINE), "members of lines", screen("connect_lines.action_member")),
    ("administrator", tenants.admin(MINE), "specialists", screen("connect_lines.action_specialist")),
    ("supervisor", tenants.supervisor(MINE), "who is at work", screen("connect_routing.action_connect_agent")),
    ("supervisor", tenants.supervisor(MINE), "requests", REQUESTS),
    (
        "supervisor",
        tenants.supervisor(MINE),
        "requests by state",
        screen("connect_routing.action_connect_request", "kanban", group="state"),
    ),
    ("supervisor", tenants.supervisor(MINE), "ledger", LEDGER),
    ("specialist", tenants.agent(MINE), "requests", REQUESTS),
    ("specialist", tenants.agent(MINE), "get_state", lambda env: env["connect.agent"].get_state()),
    ("specialist", tenants.agent(MINE), "sidebar", recipients(tenants.line(MINE))),
    ("supervisor", tenants.supervisor(MINE), "tickets", TICKETS),
    ("supervisor", tenants.supervisor(MINE), "ticket cards", TICKET_CARDS),
    ("supervisor", tenants.supervisor(MINE), "closed tickets, too", screen("connect_lines.action_ticket")),
    ("supervisor", tenants.supervisor(MINE), "deadline near", SOON),
    ("supervisor", tenants.supervisor(MINE), "overdue", OVERDUE),
    ("specialist", tenants.agent(MINE), "tickets", TICKETS),
    ("specialist", tenants.agent(MINE), "tickets in work", screen("connect_lines.action_ticket_in_work")),
    ("specialist", tenants.agent(MINE), "lists of tickets", lambda env: env["connect.ticket"]._home_lists()),
    ("specialist", tenants.agent(MINE), "one ticket", one_ticket),
    ("specialist", tenants.agent(MINE), "create ticket", create_ticket),
    ("recipient", tenants.person(MINE, 1), "his tickets", own_tickets),
    ("recipient", tenants.person(MINE, 1), "his ticket", own_ticket),
    ("recipient", tenants.person(MINE, 1), "portal", portal),
    ("recipient", tenants.person(MINE, 1), "open_request", open_request),
]
# what spans companies
ACROSS: list[tuple[str, int, str, Screen]] = [
    ("vendor's administrator", tenants.admin(0), "all connections", screen("connect_lines.action_connection")),
    ("vendor's administrator", tenants.admin(0), "user by name", PERSON_SEARCH),
    ("vendor's specialist", tenants.agent(0), "sidebar", recipients(tenants.VENDOR_LINE)),
    ("vendor's specialist", tenants.agent(0), "sidebar search", recipients(tenants.VENDOR_LINE, SEARCHED)),
    ("vendor's administrator", tenants.admin(0), "tickets", screen("connect_lines.action_ticket")),
    ("vendor's specialist", tenants.agent(0), "tickets", TICKETS),
    ("distributor", 0, "companies", screen("connect_lines.action_lkd")),
    ("platform", 2, "companies", screen("connect_lines.action_company")),
    ("platform", 2, "clients", screen("connect_lines.action_client")),
    ("platform", 2, "users of clients", screen("connect_lines.action_person")),
    ("platform", 2, "user by name", PERSON_SEARCH),
    ("platform", 2, "user by login", LOGIN_SEARCH),
    ("platform", 2, "tickets", TICKETS),
    ("platform", 2, "ticket cards", TICKET_CARDS),
    ("platform", 2, "overdue tickets", OVERDUE),
    ("platform", 2, "requests", REQUESTS),
    ("platform", 2, "ledger", LEDGER),
]


class Bench:
    def __init__(self, registry: Registry, plans: bool) -> None:
        self.registry, self.plans = registry, plans
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.distributor = env["res.users"].search([("login", "=", "100031")]).id

    def environment(self, cr: Any, uid: int) -> Any:
        """That of a request of the user's browser."""
        user = uid or self.distributor
        company = api.Environment(cr, SUPERUSER_ID, {})["res.users"].browse(user).company_id.id
        return api.Environment(cr, user, {"lang": "ru_RU", "tz": "Europe/Moscow", "allowed_company_ids": [company]})

    def measure(self, who: str, uid: int, name: str, work: Screen) -> float:
        """Median in ms. The first round fills the caches that a running server has."""
        times = []
        for _round in range(ROUNDS + 1):
            with self.registry.cursor() as cr:
                env = self.environment(cr, uid)
                began = time.perf_counter()
                answer = work(env)
                times.append((time.perf_counter() - began) * 1000)
                assert answer, f"{who}: {name} shows nothing"
                cr.rollback()
        if self.plans:
            self.explain(who, uid, name, work)
        return statistics.median(times[1:])

    def explain(self, who: str, uid: int, name: str, work: Screen) -> None:
        """Print the slowest statement of a screen with its plan."""
        seen: list[tuple[float, str]] = []
        execute = Cursor.execute

        def timed(cr: Any, query: Any, params: Any = None, log_exceptions: bool = True) -> Any:
            began = time.perf_counter()
            done = execute(cr, query, params, log_exceptions)
            seen.append((time.perf_counter() - began, cr._obj.query.decode()))
            return done

        with self.registry.cursor() as cr:
            with patch.object(Cursor, "execute", timed):
                work(self.environment(cr, uid))
            cr.rollback()
            took, statement = max(seen)
            print(f"\n— {who}, {name}: {len(seen)} statements, the slowest {took * 1000:.1f} ms\n{statement}")
            if statement.lstrip().upper().startswith("SELECT"):
                cr.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + statement)
                print("\n".join(row for (row,) in cr.fetchall()), flush=True)

    def all(self) -> dict[tuple[str, str], float]:
        return {(who, name): self.measure(who, uid, name, work) for who, uid, name, work in OWN + ACROSS}


def grow(registry: Registry, first: int, last: int) -> None:
    began = time.time()
    with registry.cursor() as cr:
        tenants.make_tenants(api.Environment(cr, SUPERUSER_ID, {}), first, last)
        cr.connection.autocommit = True
        cr.execute("VACUUM ANALYZE")
    registry.clear_all_caches()
    people = last * tenants.CLIENTS * tenants.PEOPLE
    print(
        f"{last:,} companies, {last * tenants.CLIENTS:,} clients, {people:,} users: {time.time() - began:.0f} s\n",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partners", type=int, default=LARGE, help=f"companies of the large database ({LARGE})")
    parser.add_argument("--plans", action="store_true", help="the slowest statement of each screen, with its plan")
    options = parser.parse_args()
    registry = open_registry()
    grow(registry, 0, SMALL)
    small = Bench(registry, plans=False).all()
    grow(registry, SMALL + 1, options.partners)
    large = Bench(registry, options.plans).all()
    rows, broken = [], []
    own = {(who, name) for who, _uid, name, _work in OWN}
    for key, took in large.items():
        grown = key in own and took > 2 * small[key] and took > small[key] + NOISE
        if took > LIMIT or grown:
            broken.append(": ".join(key))
        rows.append([*key, f"{small[key]:.0f}", f"{took:.0f}", f"{took / small[key]:.1f}×", "!" if grown else ""])
    table(["who", "what", f"{SMALL}, ms", f"{options.partners}, ms", "ratio", ""], rows)
    if broken:
        print(f"over {LIMIT} ms, or growing with the number of companies: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
