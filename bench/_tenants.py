"""Service companies by the thousand, made by SQL: the same shape for each, whatever their number.

Every company has 20 clients with 10 users each, 8 of staff (administrator, supervisor, 6 specialists), two lines, and
200 requests with their conversations and ledger, and 100 tickets, ten of them open. Six users of each are connected
to a line of the one vendor, too, and have two of the tickets there.
Rows have the columns that the ORM would fill; ids are computed, so a database can be grown further.
"""

from __future__ import annotations

from typing import Any

import psycopg2

CLIENTS, PEOPLE, STAFF, LINES, REQUESTS, VENDOR_PEOPLE, TICKETS = 20, 10, 8, 2, 200, 6, 100
# the first ids; those of number n follow from them
COMPANY, CARD, EMPLOYEE, CLIENT, PERSON, LINE = 100_000, 100_000, 300_000, 1_000_000, 2_000_000, 100_000
VENDOR_LINE = LINE  # the lines of company 0, the vendor
TABLES = [
    "res_partner", "res_users", "res_company", "res_groups_users_rel", "res_company_users_rel", "connect_line",
    "connect_line_member", "connect_line_connection", "connect_line_grant", "connect_subscription", "connect_agent",
    "connect_status_log", "connect_request", "connect_decision", "discuss_channel", "discuss_channel_member",
    "connect_feed", "connect_ticket", "connect_ticket_event",
]  # fmt: skip


def admin(company: int) -> int:
    return EMPLOYEE + company * STAFF


def supervisor(company: int) -> int:
    return EMPLOYEE + company * STAFF + 1


def agent(company: int) -> int:
    return EMPLOYEE + company * STAFF + 2


def person(company: int, number: int) -> int:
    return PERSON + company * CLIENTS * PEOPLE + number


def name_of(company: int, number: int) -> str:
    """The name of a client's user; in a large database some hundreds have the same."""
    place = company * 31 + number
    return f"{SURNAMES[place * 7 % len(SURNAMES)]} {GIVEN[place * 11 % len(GIVEN)]}"


def line(company: int) -> int:
    return LINE + company * LINES


SURNAMES = [
    "Иванова", "Петров", "Сидорова", "Кузнецов", "Смирнова", "Попов", "Васильева", "Соколов", "Михайлова",
    "Новиков", "Фёдорова", "Морозов", "Волкова", "Алексеев", "Лебедева", "Семёнов", "Егорова", "Павлов", "Козлова",
    "Степанов", "Николаева", "Орлов", "Андреева", "Макаров", "Никитина", "Захаров", "Зайцева", "Соловьёв",
    "Борисова", "Яковлев", "Григорьева", "Романов", "Воробьёва", "Сергеев", "Кузьмина", "Фролов", "Александрова",
]  # fmt: skip
GIVEN = [
    "Анна", "Олег", "Мария", "Пётр", "Елена", "Иван", "Ольга", "Павел", "Дарья", "Сергей", "Юлия", "Антон", "Вера",
    "Глеб", "Нина", "Роман", "Зоя", "Лев",
]  # fmt: skip

# %(first)s and %(last)s: numbers of the companies; each statement is run once for them
STATEMENTS = (
    # the companies' cards, their staff, clients and users: one select for each, the same columns
    """
    INSERT INTO res_partner (id, name, complete_name, parent_id, commercial_partner_id, commercial_company_name,
        company_id, is_company, partner_share, connect_is_client, function, email, email_normalized, phone,
        phone_sanitized, lang, tz, type, active, color, connect_fallback_order, connect_surname, connect_given_name,
        create_uid, write_uid, create_date, write_date)
    SELECT id, name, CASE WHEN parent IS NULL THEN name ELSE client || ', ' || name END, parent, coalesce(parent, id),
           client, company, is_company, share, is_client, function, id || '@example.com', id || '@example.com',
           '+7 900 ' || id, '+7900' || id, 'ru_RU', 'Europe/Moscow', 'contact', TRUE, 0, 'support_first',
           CASE WHEN NOT is_company THEN split_part(name, ' ', 1) END,
           CASE WHEN NOT is_company THEN split_part(name, ' ', 2) END, 1, 1, now(), now()
      FROM (
        SELECT %(card)s + n AS id, 'Сервис ' || n AS name, NULL::int AS parent, NULL AS client, NULL::int AS company,
               TRUE AS is_company, TRUE AS share, FALSE AS is_client, NULL AS function
          FROM generate_series(%(first)s, %(last)s) n
        UNION ALL
        SELECT %(employee)s + n * %(staff)s + k, %(people_name)s, NULL, NULL, %(company)s + n, FALSE, FALSE, FALSE,
               'Специалист'
          FROM generate_series(%(first)s, %(last)s) n, generate_series(0, %(staff)s - 1) k,
               LATERAL (SELECT n * 8 + k AS number) numbered
        UNION ALL
        SELECT %(client)s + n * %(clients)s + c, 'ООО «Клиент ' || n || '-' || c || '»', NULL,
               'ООО «Клиент ' || n || '-' || c || '»', %(company)s + n, TRUE, TRUE, TRUE, NULL
          FROM generate_series(greatest(%(first)s, 1), %(last)s) n, generate_series(0, %(clients)s - 1) c
        UNION ALL
        SELECT %(person)s + (n * %(clients)s + c) * %(people)s + p, %(people_name)s, %(client)s + n * %(clients)s + c,
               'ООО «Клиент ' || n || '-' || c || '»', %(company)s + n, FALSE, TRUE, FALSE, 'Бухгалтер'
          FROM generate_series(greatest(%(first)s, 1), %(last)s) n, generate_series(0, %(clients)s - 1) c,
               generate_series(0, %(people)s - 1) p, LATERAL (SELECT n * 31 + c * 10 + p AS number) numbered
      ) cards
    """,
    """
    INSERT INTO res_company (id, name, partner_id, currency_id, sequence, parent_path, active, layout_background,
        connect_role, connect_access, connect_is_vendor, connect_distributor_id, connect_idle_minutes, email,
        connect_notify_email, connect_contract_days, create_uid, write_uid, create_date, write_date)
    SELECT %(company)s + n, 'Сервис ' || n, %(card)s + n, (SELECT currency_id FROM res_company ORDER BY id LIMIT 1), 10,
           %(company)s + n || '/', TRUE, 'Blank', 'partner', 'full', n = 0,
           (SELECT id FROM res_company WHERE connect_role = 'distributor' LIMIT 1), 10, n || '@example.com', NULL,
           30, 1, 1, now(), now()
      FROM generate_series(%(first)s, %(last)s) n
    """,
    """
    INSERT INTO res_users (id, login, partner_id, company_id, active, share, notification_type, connect_paid,
        create_uid, write_uid, create_date, write_date)
    SELECT id, id::text, id, company_id, TRUE, partner_share, 'email', TRUE, 1, 1, now(), now()
      FROM res_partner
     WHERE company_id BETWEEN %(company)s + %(first)s AND %(company)s + %(last)s AND NOT is_company
    """,
    """
    INSERT INTO res_groups_users_rel (gid, uid)
    SELECT CASE WHEN share THEN %(portal)s WHEN id %% %(staff)s = 0 THEN %(admin)s
                WHEN id %% %(staff)s = 1 THEN %(supervisor)s ELSE %(agent)s END, id
      FROM res_users WHERE company_id BETWEEN %(company)s + %(first)s AND %(company)s + %(last)s
    """,
    """
    INSERT INTO res_company_users_rel (cid, user_id)
    SELECT company_id, id FROM res_users WHERE company_id BETWEEN %(company)s + %(first)s AND %(company)s + %(last)s
    """,
    """
    INSERT INTO connect_line (id, name, description, company_id, sequence, active, kind, delivery_rule, rating_mode,
        capacity, transfer_consent, contract_rule, ring_timeout, session_hours, sl_threshold, wrapup_time, create_uid,
        write_uid, create_date, write_date)
    SELECT %(line)s + n * %(lines)s + k, 'Линия ' || n || '-' || k, 'Поддержка прикладных решений', %(company)s + n,
           10 * k, TRUE, 'support', 'standard', 'always', 0, FALSE, 'ignore', 60, 24, 30, 30, 1, 1, now(), now()
      FROM generate_series(%(first)s, %(last)s) n, generate_series(0, %(lines)s - 1) k
    """,
    """
    INSERT INTO connect_line_grant (line_id, company_id, owner_id, first_line, create_uid, write_uid)
    SELECT %(line)s, %(company)s + n, %(company)s, FALSE, 1, 1
      FROM generate_series(greatest(%(first)s, 1), %(last)s) n
    """,
    """
    INSERT INTO connect_subscription (company_id, feature, date_start, create_uid, write_uid)
    SELECT %(company)s + n, feature, '2026-01-01', 1, 1
      FROM generate_series(%(first)s, %(last)s) n, unnest(ARRAY['api', 'ticket']) feature
    """,
    """
    INSERT INTO connect_line_member (line_id, user_id, company_id, owner_id, priority, sequence, load, capacity,
        create_uid, write_uid)
    SELECT %(line)s + n * %(lines)s + l, %(employee)s + n * %(staff)s + k, %(company)s + n, %(company)s + n,
           (ARRAY['high', 'medium', 'standard'])[k %% 3 + 1], 10 * k, 0, 0, 1, 1
      FROM generate_series(%(first)s, %(last)s) n, generate_series(2, %(staff)s - 1) k,
           generate_series(0, %(lines)s - 1) l
     WHERE l = 0 OR k %% 2 = 0
    """,
    # everybody on the first line, every fifth on the second, six of each company on the vendor's
    """
    INSERT INTO connect_line_connection (line_id, partner_id, client_id, company_id, owner_id, create_uid, write_uid,
        create_date, write_date)
    SELECT lines.id, p.id, p.parent_id, p.company_id, lines.owner, 1, 1, now(), now()
      FROM res_partner p,
           LATERAL (SELECT p.company_id - %(company)s AS n,
                           (p.id - %(person)s) %% (%(clients)s * %(people)s) AS place) of,
           LATERAL (SELECT %(line)s + n * %(lines)s AS id, p.company_id AS owner
                     UNION ALL SELECT %(line)s + n * %(lines)s + 1, p.company_id WHERE place %% 5 = 0
                     UNION ALL SELECT %(line)s, %(company)s WHERE place < %(vendor_people)s) lines
     WHERE p.company_id BETWEEN %(company)s + greatest(%(first)s, 1) AND %(company)s + %(last)s
       AND p.parent_id IS NOT NULL
    """,
    """
    WITH made AS (
        INSERT INTO connect_agent (user_id, company_id, profile, status_id, status_since, last_seen, load, plan_version)
        SELECT %(employee)s + n * %(staff)s + k, %(company)s + n, 'support',
               (SELECT id FROM connect_status WHERE code = 'free'), now() AT TIME ZONE 'UTC',
               now() AT TIME ZONE 'UTC' + interval '1 hour', 0, 0
          FROM generate_series(%(first)s, %(last)s) n, generate_series(2, %(staff)s - 1) k RETURNING *)
    INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, origin, date_start)
    SELECT id, user_id, company_id, status_id, 'manual', status_since FROM made
    """,
    # of each company's requests three are in work, the others closed; each with its conversation and ledger
    """
    WITH made AS (
        INSERT INTO connect_request (line_id, partner_id, company_id, owner_id, user_id, state, seq, kind, origin,
            is_missed, opened_at, queued_at, assigned_at, closed_at, close_reason)
        SELECT %(line)s + n * %(lines)s, %(person)s + n * %(clients)s * %(people)s + r, %(company)s + n,
               %(company)s + n, %(employee)s + n * %(staff)s + 2 + r %% 6,
               CASE WHEN r < 3 THEN 'active' ELSE 'closed' END, 2, 'message',
               'portal', FALSE, moment, moment, moment, CASE WHEN r >= 3 THEN moment END,
               CASE WHEN r >= 3 THEN 'finished' END
          FROM generate_series(greatest(%(first)s, 1), %(last)s) n, generate_series(0, %(requests)s - 1) r,
               LATERAL (SELECT now() AT TIME ZONE 'UTC' - make_interval(hours => r) AS moment) at
        RETURNING *),
    ledger AS (
        INSERT INTO connect_decision (request_id, seq, line_id, company_id, user_id, code, changes, at)
        SELECT id, s, line_id, company_id, user_id, CASE WHEN s = 1 THEN 'opened' ELSE 'assigned' END, '{}', opened_at
          FROM made, generate_series(1, 2) s),
    channel AS (
        INSERT INTO discuss_channel (name, channel_type, connect_line_id, connect_partner_id, uuid, active,
            last_interest_dt, create_uid, write_uid)
        SELECT 'Разговор', 'connect', line_id, partner_id, 'bench' || line_id || '-' || partner_id, TRUE, opened_at, 1,
               1 FROM made RETURNING id, connect_partner_id),
    feed AS (INSERT INTO connect_feed (channel_id, head) SELECT id, 0 FROM channel)
    INSERT INTO discuss_channel_member (channel_id, partner_id, new_message_separator)
    SELECT id, connect_partner_id, 0 FROM channel
    """,
    # of the open tickets one is overdue, one will be soon; numbers far from those that the clock gives
    """
    WITH made AS (
        INSERT INTO connect_ticket (name, summary, line_id, owner_id, partner_id, client_id, company_id, user_id,
            type_id, topic_id, stage_id, stage_kind, priority, urgency, origin, situation, desired_result,
            reply_due, solve_due, deadline, warn_at, first_reply_at, closed_at, create_uid, write_uid, create_date,
            write_date)
        SELECT lpad((500000 + CASE WHEN line = %(line)s THEN n * 2 + r / 50 ELSE r END)::text, 6, '0'),
               (ARRAY['Не сходится оборотка', 'Не открывается журнал', 'Возврат товара'])[r %% 3 + 1] || ' ' || r,
               line, owner, p.id, p.parent_id, p.company_id,
               CASE WHEN r %% 10 <> 1 AND line <> %(line)s THEN %(employee)s + n * %(staff)s + 2 + r %% 6 END,
               (SELECT id FROM connect_ticket_type WHERE code = 'other'),
               (SELECT id FROM connect_topic WHERE company_id IS NULL LIMIT 1), s.id, s.kind,
               CASE WHEN r = 0 THEN 'blocking' ELSE 'normal' END, CASE WHEN r = 0 THEN 2 ELSE 0 END, 'portal',
               'Закрываем месяц', 'Найти разницу', NULL, CASE WHEN r < 10 THEN due END,
               CASE WHEN r < 10 THEN due END, CASE WHEN r < 10 THEN due - interval '4 hours' END, moment,
               CASE WHEN r >= 10 THEN moment + interval '5 hours' END, 1, 1, moment, moment
          FROM generate_series(greatest(%(first)s, 1), %(last)s) n, generate_series(0, %(tickets)s - 1) r,
               LATERAL (SELECT now() AT TIME ZONE 'UTC' - make_interval(hours => r) AS moment,
                               now() AT TIME ZONE 'UTC' + make_interval(hours => 10 * r - 7) AS due,
                               CASE WHEN r %% 50 = 5 THEN %(line)s ELSE %(line)s + n * %(lines)s END AS line,
                               CASE WHEN r %% 50 = 5 THEN %(company)s ELSE %(company)s + n END AS owner) of,
               LATERAL (SELECT id, kind FROM connect_ticket_stage WHERE process = 'service' AND kind =
                               CASE WHEN r >= 10 THEN 'done' WHEN r %% 2 = 0 THEN 'work' ELSE 'new' END LIMIT 1) s,
               res_partner p
         WHERE p.id = %(person)s + n * %(clients)s * %(people)s + r %% %(vendor_people)s
        RETURNING id, stage_id, stage_kind, create_date)
    INSERT INTO connect_ticket_event (ticket_id, at, code, stage_id, kind, user_id)
    SELECT id, create_date, 'opened', stage_id, stage_kind, 1 FROM made
    """,
    """
    UPDATE connect_line_connection n SET channel_id = c.id FROM discuss_channel c
     WHERE c.connect_line_id = n.line_id AND c.connect_partner_id = n.partner_id AND n.channel_id IS NULL
       AND c.uuid LIKE 'bench%%'
    """,
    """
    UPDATE connect_agent a SET load = r.load FROM (
        SELECT user_id, count(*) AS load FROM connect_request WHERE state = 'active' GROUP BY user_id) r
     WHERE r.user_id = a.user_id AND a.load <> r.load
    """,
    """
    UPDATE connect_line_member m SET load = r.load FROM (
        SELECT user_id, line_id, count(*) AS load FROM connect_request WHERE state = 'active' GROUP BY 1, 2) r
     WHERE r.user_id = m.user_id AND r.line_id = m.line_id AND m.load <> r.load
    """,
)


def make_tenants(env: Any, first: int, last: int) -> None:
    """Make the companies with these numbers (0 is the vendor) and give the planner statistics of them."""
    cr = env.cr
    names = {
        group: env.ref(name).id
        for group, name in {
            "portal": "base.group_portal",
            "admin": "connect_lines.group_partner_admin",
            "supervisor": "connect_lines.group_supervisor",
            "agent": "connect_lines.group_agent",
        }.items()
    }
    numbers = {
        **names,
        "first": first,
        "last": last,
        "company": COMPANY,
        "card": CARD,
        "employee": EMPLOYEE,
        "client": CLIENT,
        "person": PERSON,
        "line": LINE,
        "clients": CLIENTS,
        "people": PEOPLE,
        "staff": STAFF,
        "lines": LINES,
        "requests": REQUESTS,
        "vendor_people": VENDOR_PEOPLE,
        "tickets": TICKETS,
    }
    cr.execute("SET LOCAL synchronous_commit = off; SET LOCAL maintenance_work_mem = '512MB'")
    _without_checks(cr)
    indexes = _drop_indexes(cr)
    for statement in STATEMENTS:
        cr.execute(statement.replace("%(people_name)s", _people_name()), numbers)
    for definition in indexes:
        cr.execute(definition)
    for table in TABLES:
        cr.execute("SELECT pg_get_serial_sequence(%s, 'id') WHERE EXISTS (SELECT FROM information_schema.columns"
                   " WHERE table_name = %s AND column_name = 'id')", [table, table])  # fmt: skip
        if (row := cr.fetchone()) and row[0]:
            cr.execute(f"SELECT setval('{row[0]}', (SELECT max(id) FROM {table}))")
    cr.execute("SET LOCAL session_replication_role = origin")
    cr.commit()
    for table in TABLES:
        cr.execute(f"ANALYZE {table}")
    cr.commit()


def _people_name() -> str:
    """A surname and a given name, chosen by the row's ``number``."""

    def chosen(words: list[str], step: int) -> str:
        listed = ", ".join(f"'{word}'" for word in words)
        return f"(ARRAY[{listed}])[number * {step} %% {len(words)} + 1]"

    return f"{chosen(SURNAMES, 7)} || ' ' || {chosen(GIVEN, 11)}"


def _without_checks(cr: Any) -> None:
    """Foreign keys are not looked up for a million rows that are right by construction, where the role may say so."""
    try:
        with cr.savepoint(flush=False):
            cr.execute("SET LOCAL session_replication_role = replica")
    except psycopg2.errors.InsufficientPrivilege:
        print("not a superuser of PostgreSQL: foreign keys are checked row by row, this takes longer", flush=True)


def _drop_indexes(cr: Any) -> list[str]:
    """Drop what only finds rows; the definitions to make it again at the end, in one pass each."""
    cr.execute(
        """SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = ANY(%s::text[]::regclass[]) AND NOT i.indisunique""",
        [TABLES],
    )
    found = cr.fetchall()
    for name, _definition in found:
        cr.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
