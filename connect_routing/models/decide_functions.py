"""The statements of a decision as functions of the database: two, and a third one on lines that demand skills.

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
    request_id int, serving_id int, partner_id int, is_call bool, more bool, looked_at float, reply_timeout int,
    use_skills bool, cohorts json)
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
    SELECT r.id, r.company_id, r.partner_id, r.queued_at, r.kind INTO v_oldest FROM connect_request r
     WHERE r.line_id = p_line AND r.state = 'queued' ORDER BY r.queued_at, r.id LIMIT 1;
    RETURN QUERY SELECT
        v_line.id, v_line.company_id, v_line.kind, v_line.delivery_rule, coalesce(v_line.capacity, 0), v_contacts,
        v_oldest.id, v_oldest.company_id, v_oldest.partner_id, v_oldest.kind = 'call',
        EXISTS (SELECT FROM connect_request other WHERE other.line_id = p_line AND other.state = 'queued'
                   AND (other.queued_at, other.id) > (v_oldest.queued_at, v_oldest.id)),
        v_looked_at, coalesce(v_line.reply_timeout, 0), coalesce(v_line.use_skills, FALSE),
        CASE WHEN v_oldest.id IS NULL OR v_contacts THEN NULL
             WHEN v_line.use_skills
             THEN connect_skilled_cohorts(p_line, p_timeout, v_line.delivery_rule = 'balanced')
             ELSE connect_cohorts(p_line, p_timeout, v_line.delivery_rule = 'balanced') END;
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
                   cohort.load, cohort.user_ids, cohort.idle_since, NULL, coalesce(s.accepts_calls, FALSE)))
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

# The same where skills count: alike are those who have the same of what the line's requests may demand.
SKILLED_COHORTS = """
CREATE OR REPLACE FUNCTION connect_skilled_cohorts(p_line int, p_timeout float, p_balanced bool) RETURNS json
LANGUAGE plpgsql VOLATILE AS $cohorts$
DECLARE
    v_fresh timestamp := %(now)s - make_interval(secs => p_timeout);
    v_skills int[] := ARRAY(
        SELECT skill_id FROM connect_line_skill WHERE line_id = p_line
         UNION
        SELECT k.id FROM connect_skill k JOIN connect_line l ON l.company_id = k.company_id
         WHERE l.id = p_line AND l.language_level IS NOT NULL AND k.lang_id IS NOT NULL);
BEGIN
    RETURN (
        SELECT json_agg(json_build_array(
                   cohort.company_id, cohort.priority, s.code, coalesce(s.accepts_chats, FALSE), cohort.reachable,
                   cohort.load, cohort.user_ids, cohort.idle_since, cohort.skills,
                   coalesce(s.accepts_calls, FALSE)))
          FROM (SELECT a.company_id, m.priority, a.status_id, m.load, known.skills,
                       coalesce(a.last_seen > v_fresh, FALSE) AS reachable,
                       array_agg(m.user_id) AS user_ids,
                       array_agg(coalesce(extract(epoch FROM m.last_assigned_at)::float, 0))
                           FILTER (WHERE p_balanced) AS idle_since
                  FROM connect_line_member m JOIN connect_agent a ON a.user_id = m.user_id
                  LEFT JOIN (SELECT user_id, array_agg(ARRAY[skill_id, level::int] ORDER BY skill_id) AS skills
                               FROM connect_skill_level WHERE skill_id = ANY(v_skills) GROUP BY user_id) known
                         ON known.user_id = m.user_id
                 WHERE m.line_id = p_line
                 GROUP BY a.company_id, m.priority, a.status_id, m.load, known.skills, reachable) cohort
          JOIN connect_status s ON s.id = cohort.status_id);
END $cohorts$
"""

# What a line demands, and the longest waiting of each language, and of each company whose first-line specialists serve
# its own people here: of those who are alike nobody younger can come first (``engine/turn.py``). The languages in the
# queue are found by jumps along the index. Calls are alike among themselves; all that wait are read, by an index of
# theirs: few do, since who calls does not hold the line for long.
DEMANDS = """
CREATE OR REPLACE FUNCTION connect_demands(p_line int) RETURNS TABLE (
    levels json, languages json, language_level int, lower_after int, prefer_after int, heads json)
LANGUAGE plpgsql VOLATILE SET enable_sort TO off AS $demands$
#variable_conflict use_column
DECLARE
    v_line record; v_guests int[];
BEGIN
    SELECT * INTO v_line FROM connect_line WHERE id = p_line;
    v_guests := ARRAY(SELECT DISTINCT company_id FROM connect_line_member
                       WHERE line_id = p_line AND company_id <> v_line.company_id);
    RETURN QUERY SELECT
        (SELECT json_agg(json_build_array(d.skill_id, d.level::int))
           FROM connect_line_skill d JOIN connect_skill k ON k.id = d.skill_id AND k.active WHERE d.line_id = p_line),
        (SELECT json_agg(json_build_array(g.code, k.id)) FROM connect_skill k JOIN res_lang g ON g.id = k.lang_id
          WHERE k.company_id = v_line.company_id AND k.active AND v_line.language_level IS NOT NULL),
        coalesce(v_line.language_level::int, 0), coalesce(v_line.skill_lower_after, 0),
        coalesce(v_line.skill_prefer_after, 0),
        (WITH RECURSIVE spoken AS (
             (SELECT language FROM connect_request
               WHERE line_id = p_line AND state = 'queued' AND language IS NOT NULL
                 AND v_line.language_level IS NOT NULL
               ORDER BY language LIMIT 1)
             UNION ALL
             SELECT (SELECT r.language FROM connect_request r
                      WHERE r.line_id = p_line AND r.state = 'queued' AND r.language > spoken.language
                      ORDER BY r.language LIMIT 1)
               FROM spoken WHERE spoken.language IS NOT NULL),
         calls AS MATERIALIZED (
             SELECT DISTINCT ON (c.language, c.guest) c.*
               FROM (SELECT r.id, r.queued_at, r.company_id, r.language, r.partner_id,
                            CASE WHEN r.company_id = ANY (v_guests) THEN r.company_id END AS guest
                       FROM connect_request r WHERE r.line_id = p_line AND r.state = 'queued' AND r.kind = 'call') c
              ORDER BY c.language, c.guest, c.queued_at, c.id),
         heads AS (
           SELECT c.id, c.queued_at, c.company_id, c.language, c.partner_id, TRUE AS is_call FROM calls c
           UNION ALL
           SELECT head.*, FALSE
             FROM unnest(v_guests || NULL::int) AS guest
            CROSS JOIN LATERAL (
                (SELECT r.id, r.queued_at, r.company_id, r.language, r.partner_id FROM connect_request r
                  WHERE r.line_id = p_line AND r.state = 'queued' AND r.kind <> 'call'
                    AND (r.company_id = guest OR guest IS NULL AND r.company_id <> ALL (v_guests))
                  ORDER BY r.queued_at, r.id LIMIT 1)
                UNION
                SELECT oldest.* FROM spoken CROSS JOIN LATERAL (
                    SELECT r.id, r.queued_at, r.company_id, r.language, r.partner_id FROM connect_request r
                     WHERE r.line_id = p_line AND r.state = 'queued' AND r.kind <> 'call'
                       AND r.language = spoken.language
                       AND (r.company_id = guest OR guest IS NULL AND r.company_id <> ALL (v_guests))
                     ORDER BY r.queued_at, r.id LIMIT 1) oldest) head)
         SELECT json_agg(json_build_array(
                    heads.id, extract(epoch FROM heads.queued_at)::float, heads.company_id, heads.language,
                    heads.partner_id, heads.is_call))
           FROM heads);
END $demands$
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
        SELECT id, kind FROM connect_request WHERE id = p_request AND state = 'queued' FOR NO KEY UPDATE),
    pick AS (
        SELECT a.id AS agent_id, m.id AS member_id, a.user_id
          FROM mine CROSS JOIN unnest(p_users) WITH ORDINALITY AS ranked(user_id, place)
          JOIN connect_agent a ON a.user_id = ranked.user_id
          JOIN connect_status s ON s.id = a.status_id
          JOIN connect_line_member m ON m.line_id = p_line AND m.user_id = a.user_id
         WHERE CASE mine.kind WHEN 'call' THEN s.accepts_calls ELSE s.accepts_chats END
           AND a.last_seen > %(now)s - make_interval(secs => p_timeout)
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

    env.cr.execute(
        "DROP FUNCTION IF EXISTS connect_look, connect_cohorts, connect_skilled_cohorts, connect_demands, connect_claim"
    )
    env.cr.execute(SQL(COHORTS, now=NOW))
    env.cr.execute(SQL(SKILLED_COHORTS, now=NOW))
    env.cr.execute(DEMANDS)
    env.cr.execute(LOOK)
    env.cr.execute(SQL(CLAIM, waiting=assignment(""), skipping=assignment("SKIP LOCKED")))
