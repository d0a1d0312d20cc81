"""The three statements of a decision as functions of the database.

For one reason: PostgreSQL plans a statement anew at each call, and planning these took as long as executing them. The
plans of a function's statements are kept by the session, also behind a connection pooler. What they do is decided in
``connect_dispatcher_decide.py``; each is VOLATILE, so each statement inside sees what is committed when it starts.
"""

from odoo.tools import SQL

from .connect_request import NOW

LOOK = """
CREATE OR REPLACE FUNCTION connect_look(p_line int) RETURNS TABLE (
    id int, company_id int, kind varchar, delivery_rule varchar, capacity int, contacts bool,
    request_id int, serving_id int, partner_id int, more bool)
LANGUAGE plpgsql VOLATILE AS $look$
#variable_conflict use_column
BEGIN
    PERFORM FROM connect_line WHERE id = p_line FOR NO KEY UPDATE;
    RETURN QUERY
    SELECT l.id, l.company_id, l.kind, l.delivery_rule, coalesce(l.capacity, 0),
           EXISTS (SELECT FROM connect_contact c WHERE c.line_id = l.id AND NOT c.handled),
           oldest.id, oldest.company_id, oldest.partner_id,
           EXISTS (SELECT FROM connect_request other WHERE other.line_id = l.id AND other.state = 'queued'
                      AND other.id <> oldest.id)
      FROM connect_line l LEFT JOIN LATERAL (
           SELECT r.id, r.company_id, r.partner_id FROM connect_request r
            WHERE r.line_id = l.id AND r.state = 'queued' ORDER BY r.queued_at, r.id LIMIT 1) oldest ON TRUE
     WHERE l.id = p_line;
END $look$
"""

COHORTS = """
CREATE OR REPLACE FUNCTION connect_cohorts(p_line int, p_timeout float, p_balanced bool) RETURNS TABLE (
    company_id int, priority varchar, status varchar, accepts bool, reachable bool, load int, user_ids int[],
    idle_since float[])
LANGUAGE plpgsql VOLATILE AS $cohorts$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT a.company_id, m.priority, s.code, coalesce(s.accepts_chats, FALSE),
           coalesce(a.last_seen > %(now)s - make_interval(secs => p_timeout), FALSE), m.load, array_agg(m.user_id),
           array_agg(coalesce(extract(epoch FROM m.last_assigned_at)::float, 0)) FILTER (WHERE p_balanced)
      FROM connect_line_member m
      JOIN connect_agent a ON a.user_id = m.user_id
      JOIN connect_status s ON s.id = a.status_id
     WHERE m.line_id = p_line GROUP BY 1, 2, 3, 4, 5, 6;
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

    env.cr.execute(LOOK)
    env.cr.execute(SQL(COHORTS, now=NOW))
    env.cr.execute("DROP FUNCTION IF EXISTS connect_claim")
    env.cr.execute(SQL(CLAIM, waiting=assignment(""), skipping=assignment("SKIP LOCKED")))
