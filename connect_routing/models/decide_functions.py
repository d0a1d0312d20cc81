"""The two statements of a decision as functions of the database.

For one reason: PostgreSQL plans a statement anew at each call, and planning these took as long as executing them. The
plans of a function's statements are kept by the session, also behind a connection pooler. What they do is decided in
``connect_dispatcher_decide.py``; each is VOLATILE, so each statement inside sees what is committed when it starts.
"""

from odoo.tools import SQL

from .connect_request import NOW

# Sorting is off: statistics of a time when the queue was empty would make the planner sort all who wait, each time.
LOOK = """
CREATE OR REPLACE FUNCTION connect_look(p_line int, p_timeout float) RETURNS TABLE (
    id int, company_id int, kind varchar, delivery_rule varchar, capacity int, contacts bool,
    request_id int, serving_id int, partner_id int, more bool, looked_at float, reply_timeout int, cohorts json)
LANGUAGE plpgsql VOLATILE SET enable_sort TO off AS $look$
#variable_conflict use_column
DECLARE
    v_line record; v_oldest record; v_contacts bool; v_looked_at float;
BEGIN
    PERFORM FROM connect_line WHERE id = p_line FOR NO KEY UPDATE;
    v_looked_at := extract(epoch FROM clock_timestamp());
    SELECT * INTO v_line FROM connect_line WHERE id = p_line;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_contacts := EXISTS (SELECT FROM connect_contact WHERE line_id = p_line AND NOT handled);
    SELECT r.id, r.company_id, r.partner_id, r.queued_at INTO v_oldest FROM connect_request r
     WHERE r.line_id = p_line AND r.state = 'queued' ORDER BY r.queued_at, r.id LIMIT 1;
    RETURN QUERY SELECT
        v_line.id, v_line.company_id, v_line.kind, v_line.delivery_rule, coalesce(v_line.capacity, 0), v_contacts,
        v_oldest.id, v_oldest.company_id, v_oldest.partner_id,
        EXISTS (SELECT FROM connect_request other WHERE other.line_id = p_line AND other.state = 'queued'
                   AND (other.queued_at, other.id) > (v_oldest.queued_at, v_oldest.id)),
        v_looked_at, coalesce(v_line.reply_timeout, 0),
        CASE WHEN v_oldest.id IS NOT NULL AND NOT v_contacts
             THEN connect_cohorts(p_line, p_timeout, v_line.delivery_rule = 'balanced') END;
END $look$
"""

COHORTS = """
CREATE OR REPLACE FUNCTION connect_cohorts(p_line int, p_timeout float, p_balanced bool) RETURNS json
LANGUAGE plpgsql VOLATILE AS $cohorts$
DECLARE
    v_fresh timestamp := %(now)s - make_interval(secs => p_timeout);
BEGIN
    RETURN (
        SELECT json_agg(json_build_array(
                   cohort.company_id, cohort.priority, s.code, coalesce(s.accepts_chats, FALSE), cohort.reachable,
                   cohort.load, cohort.user_ids, cohort.idle_since))
          FROM (SELECT a.company_id, m.priority, a.status_id, m.load,
                       coalesce(a.last_seen > v_fresh, FALSE) AS reachable,
                       array_agg(m.user_id) AS user_ids,
                       array_agg(coalesce(extract(epoch FROM m.last_assigned_at)::float, 0))
                           FILTER (WHERE p_balanced) AS idle_since
                  FROM connect_line_member m JOIN connect_agent a ON a.user_id = m.user_id
                 WHERE m.line_id = p_line
                 GROUP BY a.company_id, m.priority, a.status_id, m.load, reachable) cohort
          JOIN connect_status s ON s.id = cohort.status_id);
END $cohorts$
"""

CLAIM = """
CREATE OR REPLACE FUNCTION connect_claim(
    p_line int, p_request int, p_users int[], p_capacity int, p_timeout float, p_wait bool,
    p_rule text, p_reason text, p_pool jsonb) RETURNS SETOF connect_decision
LANGUAGE plpgsql VOLATILE AS $claim$
BEGIN
    IF p_wait THEN
        RETURN QUERY %(waiting)s;
    ELSE
        RETURN QUERY %(skipping)s;
    END IF;
END $claim$
"""

SEAT = """
    mine AS (
        SELECT id FROM connect_request WHERE id = p_request AND state = 'queued' FOR NO KEY UPDATE),
    pick AS (
        SELECT a.id AS agent_id, m.id AS member_id, a.user_id
          FROM mine CROSS JOIN unnest(p_users) WITH ORDINALITY AS ranked(user_id, place)
          JOIN connect_agent a ON a.user_id = ranked.user_id
          JOIN connect_status s ON s.id = a.status_id
          JOIN connect_line_member m ON m.line_id = p_line AND m.user_id = a.user_id
         WHERE s.accepts_chats AND a.last_seen > %(now)s - make_interval(secs => p_timeout)
           AND (p_capacity = 0 OR m.load < p_capacity)
         ORDER BY place LIMIT 1 FOR NO KEY UPDATE OF a, m %(skip)s),
    counted AS (
        UPDATE connect_agent a SET load = a.load + 1 FROM pick WHERE a.id = pick.agent_id),
    seat AS (
        UPDATE connect_line_member m
           SET load = m.load + 1, capacity = p_capacity, last_assigned_at = %(now)s
          FROM pick WHERE m.id = pick.member_id RETURNING m.user_id)
"""

ASSIGN = """
    UPDATE connect_request r SET seq = seq + 1, state = 'active', user_id = seat.user_id, assigned_at = %(now)s
      FROM seat WHERE r.id = p_request RETURNING r.*
"""


def install(env):
    """Create the functions, or bring them up to this code."""

    def assignment(skip):
        return env["connect.request"]._recording(
            SQL(ASSIGN, now=NOW),
            before=SQL(SEAT, now=NOW, skip=SQL(skip)),
            code=SQL("'assigned'"),
            columns=SQL("ARRAY['state', 'user_id', 'assigned_at']"),
            actor=SQL("NULL::int"),
            rule=SQL("p_rule"),
            reason=SQL("p_reason"),
            pool=SQL("p_pool"),
        )

    env.cr.execute("DROP FUNCTION IF EXISTS connect_look, connect_cohorts, connect_claim")
    env.cr.execute(SQL(COHORTS, now=NOW))
    env.cr.execute(LOOK)
    env.cr.execute(SQL(CLAIM, waiting=assignment(""), skipping=assignment("SKIP LOCKED")))
