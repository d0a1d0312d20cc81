-- Yesterday on the hot line, by Moscow time: 40 requests with their ledger, and when the specialists were there. Nobody
-- was there before half past nine and during the first half hour of lunch, so people waited: the replay of a day shows
-- it. Odoo runs this at each update: what is there already is not made again.
WITH day AS (
    SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Moscow') - interval '1 day')
           AT TIME ZONE 'Europe/Moscow' AT TIME ZONE 'UTC' AS midnight),
shift (name, priority, since, until) AS (
    VALUES ('user_nikiforov', 'high', 570, 780), ('user_nikiforov', 'high', 840, 1080),
           ('user_orlova', 'medium', 600, 780), ('user_orlova', 'medium', 810, 1020),
           ('user_kim', 'standard', 660, 780), ('user_kim', 'standard', 840, 960)),
worked AS (
    SELECT a.id AS agent_id, a.user_id, a.company_id, s.priority, s.since, s.until
      FROM shift s JOIN ir_model_data d ON d.module = 'connect_lines' AND d.name = s.name
      JOIN connect_agent a ON a.user_id = d.res_id)
INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, date_start, date_end, origin)
SELECT w.agent_id, w.user_id, w.company_id, s.id, day.midnight + w.since * interval '1 minute',
       day.midnight + w.until * interval '1 minute', 'manual'
  FROM worked w CROSS JOIN day JOIN connect_status s ON s.code = 'free'
 WHERE NOT EXISTS (
       SELECT FROM connect_request r JOIN ir_model_data d ON d.model = 'res.partner' AND d.res_id = r.partner_id
        WHERE d.module = 'connect_routing' AND d.name LIKE 'partner\_day\_%');

CREATE TEMPORARY TABLE connect_demo_day ON COMMIT DROP AS
WITH line AS (
    SELECT l.id, l.company_id FROM connect_line l
      JOIN ir_model_data d ON d.res_id = l.id WHERE d.module = 'connect_lines' AND d.name = 'line_hot'),
day AS (
    SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Moscow') - interval '1 day')
           AT TIME ZONE 'Europe/Moscow' AT TIME ZONE 'UTC' AS midnight),
person AS (
    SELECT res_id AS id, row_number() OVER (ORDER BY res_id) - 1 AS place FROM ir_model_data
     WHERE module = 'connect_routing' AND name LIKE 'partner\_day\_%'),
came AS (
    SELECT n, day.midnight + (542 + (n - 1) * 13 + n * 7 % 9) * interval '1 minute' + n * 17 % 60 * interval '1 second'
           AS at
      FROM generate_series(1, 40) n CROSS JOIN day
     WHERE NOT EXISTS (
           SELECT FROM connect_request r JOIN ir_model_data d ON d.model = 'res.partner' AND d.res_id = r.partner_id
            WHERE d.module = 'connect_routing' AND d.name LIKE 'partner\_day\_%')),
taken AS (
    SELECT came.n, came.at, log.user_id, greatest(came.at + interval '1 second', log.date_start) AS taken_at
      FROM came CROSS JOIN LATERAL (
           SELECT w.user_id, w.date_start FROM connect_status_log w
             JOIN line ON TRUE JOIN connect_line_member m ON m.line_id = line.id AND m.user_id = w.user_id
            WHERE w.date_end > came.at AND w.origin = 'manual'
            ORDER BY greatest(came.at, w.date_start), array_position(ARRAY['high', 'medium', 'standard']::varchar[],
                     m.priority) LIMIT 1) log)
SELECT taken.n, line.id AS line_id, line.company_id, person.id AS partner_id, taken.user_id, taken.at AS opened_at,
       taken.taken_at, taken.taken_at - taken.at > interval '2 seconds' AS waited,
       taken.taken_at + (40 + n * 23 % 140) * interval '1 second' AS replied_at,
       taken.taken_at + (8 + n * 5 % 15) * interval '1 minute' AS closed_at,
       CASE WHEN n % 3 = 0 THEN 5 - (n % 2) END AS rating,
       nextval('connect_request_id_seq')::int AS request_id
  FROM taken CROSS JOIN line JOIN person ON person.place = taken.n % (SELECT count(*) FROM person)
 ORDER BY taken.n;

INSERT INTO connect_request (
    id, line_id, partner_id, company_id, owner_id, kind, origin, state, user_id, is_missed, missed_reason, opened_at,
    queued_at, assigned_at, first_reply_at, closed_at, close_reason, ask_rating, rating, seq)
SELECT request_id, line_id, partner_id, company_id, company_id, 'message', 'portal', 'closed', user_id, waited,
       CASE WHEN waited THEN 'no_agent' END, opened_at, opened_at, taken_at, replied_at, closed_at, 'finished',
       rating IS NOT NULL, rating, 4 + waited::int + (rating IS NOT NULL)::int
  FROM connect_demo_day;

-- each row of the ledger tells the columns that its step wrote
INSERT INTO connect_decision (
    request_id, seq, line_id, company_id, code, at, user_id, actor_id, rule, reason, pool_seen, changes)
SELECT d.request_id, row_number() OVER (PARTITION BY d.request_id ORDER BY step.place), d.line_id, d.company_id,
       step.code, step.at, CASE WHEN step.place > 2 THEN d.user_id END,
       CASE WHEN step.code IN ('first_reply', 'finished') THEN d.user_id END,
       CASE WHEN step.code IN ('queued', 'assigned') THEN 'standard' END,
       CASE step.code WHEN 'queued' THEN 'no_agent' WHEN 'assigned' THEN m.priority END,
       CASE WHEN step.code IN ('queued', 'assigned') THEN pool.seen END,
       (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r)) WHERE key = ANY (step.columns)) || step.told
  FROM connect_demo_day d
  JOIN connect_request r ON r.id = d.request_id
  JOIN connect_line_member m ON m.line_id = d.line_id AND m.user_id = d.user_id
 CROSS JOIN LATERAL (VALUES
    (1, 'opened', d.opened_at, TRUE,
     ARRAY['line_id', 'partner_id', 'company_id', 'kind', 'origin', 'opened_at', 'queued_at'],
     '{"state": "queued", "is_missed": false}'::jsonb),
    (2, 'queued', d.opened_at + interval '1 second', d.waited, ARRAY['is_missed', 'missed_reason'], '{}'),
    (3, 'assigned', d.taken_at, TRUE, ARRAY['user_id', 'assigned_at'], '{"state": "active"}'),
    (4, 'first_reply', d.replied_at, TRUE, ARRAY['first_reply_at'], '{}'),
    (5, 'finished', d.closed_at, TRUE, ARRAY['state', 'closed_at', 'close_reason', 'ask_rating'], '{}'),
    (6, 'rated', d.closed_at + interval '3 minutes', d.rating IS NOT NULL, ARRAY['rating'], '{}')
 ) AS step (place, code, at, happened, columns, told)
 CROSS JOIN LATERAL (
    WITH seen AS (
        SELECT each.user_id, each.priority,
               CASE WHEN each.priority = 'observer' THEN 'observer'
                    WHEN NOT EXISTS (SELECT FROM connect_status_log w
                                      WHERE w.user_id = each.user_id AND w.origin = 'manual'
                                        AND step.at >= w.date_start AND step.at < w.date_end) THEN 'offline'
               END AS reason
          FROM connect_line_member each WHERE each.line_id = d.line_id)
    SELECT jsonb_build_object(
        'free', (SELECT coalesce(jsonb_object_agg(priority, count), '{}') FROM (
                     SELECT priority, count(*) FROM seen WHERE reason IS NULL GROUP BY priority) tiers),
        'excluded', (SELECT coalesce(jsonb_object_agg(reason, count), '{}') FROM (
                     SELECT reason, count(*) FROM seen WHERE reason IS NOT NULL GROUP BY reason) reasons),
        'out', (SELECT coalesce(jsonb_agg(jsonb_build_array(user_id, reason, 'offline', 0) ORDER BY user_id), '[]')
                  FROM seen WHERE reason IS NOT NULL)) AS seen) pool
 WHERE step.happened
 ORDER BY step.at;
