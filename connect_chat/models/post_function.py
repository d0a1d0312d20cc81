"""An ordinary message stored by one statement.

Ordinary is: plain text, in work that is under way, by the recipient or by the specialist who has it, on a line that is
open without a period, a contract or a timer to look at. Nearly all messages are that, and a burst of them has to be
answered within the time in which Odoo builds its records for a third of them. Whatever is not ordinary gets no answer
here and goes the long way (``discuss_channel_post.py``), which knows every rule: so each condition below may be too
strict, and none may be laxer than ``connect.line._refusal``, ``connect.request._agent_contact`` and
``discuss.channel._connect_role``. Whoever adds a rule there adds its condition here; test_ordinary.py compares them.

A function, because its plans are kept by the session (see ``decide_functions.py`` of connect_routing). Planning ten
tables takes 25 ms, so they are planned once, in the order in which they stand, each row by its key, whatever the
statistics of a young database say.
"""

from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL

POST = """
CREATE OR REPLACE FUNCTION connect_post(
    p_channel int, p_user int, p_body text, p_key text, p_uid text, p_subtype int)
RETURNS TABLE (id int, line_id int, by_recipient bool, is_new bool)
LANGUAGE plpgsql VOLATILE
SET join_collapse_limit TO 1 SET plan_cache_mode TO force_generic_plan
SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $post$
#variable_conflict use_column
DECLARE
    v record; v_now timestamp := %(now)s;
BEGIN
    SELECT l.id AS line, l.company_id AS owner, k.partner_id AS recipient,
           a.id AS author, a.id = k.partner_id AS by_recipient,
           r.id AS request,
           '"' || replace(a.name, '"', '') || '" <' || a.email_normalized || '>' AS email
      INTO v
      FROM discuss_channel c
      JOIN connect_line l ON l.id = c.connect_line_id AND l.active AND l.contract_rule = 'ignore'
           AND l.date_start IS NULL AND l.date_end IS NULL
      JOIN connect_line_connection k ON k.line_id = l.id AND k.partner_id = c.connect_partner_id
           AND k.date_start IS NULL AND k.date_end IS NULL
      JOIN res_partner p ON p.id = k.partner_id
      LEFT JOIN res_partner client ON client.id = p.commercial_partner_id
      JOIN res_company o ON o.id = l.company_id AND o.connect_access = 'full'
      JOIN res_company s ON s.connect_access = 'full' AND s.id = CASE WHEN l.for_staff THEN l.company_id
           ELSE coalesce(p.company_id, client.company_id, l.company_id) END
      JOIN connect_request r ON r.line_id = l.id AND r.partner_id = k.partner_id AND r.state <> 'closed'
      JOIN res_users u ON u.id = p_user AND u.active
      JOIN res_partner a ON a.id = u.partner_id
     WHERE c.id = p_channel AND c.channel_type = 'connect'
       AND (a.id = k.partner_id
            OR NOT u.share AND r.state IN ('active', 'offered') AND r.user_id = u.id AND r.first_reply_at IS NOT NULL
               AND coalesce(l.warn_after, 0) = 0 AND coalesce(l.close_after, 0) = 0
               AND u.company_id IN (o.id, coalesce(k.company_id, p.company_id))
               AND EXISTS (SELECT FROM connect_line_member m
                            WHERE m.line_id = l.id AND m.user_id = u.id AND m.company_id IN (o.id, s.id)));
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT item.message_id, v.line, v.by_recipient, FALSE FROM connect_feed_item item
                  WHERE item.channel_id = p_channel AND item.author_id = v.author AND item.client_key = p_key;
    IF FOUND THEN
        RETURN;
    END IF;
    INSERT INTO mail_message (
           model, res_id, message_type, subtype_id, author_id, email_from, reply_to, record_company_id, body, date,
           message_id, email_add_signature, create_uid, create_date, write_uid, write_date)
    VALUES ('discuss.channel', p_channel, 'comment', p_subtype, v.author, v.email, v.email, v.owner, p_body,
            date_trunc('second', v_now), p_uid, TRUE, p_user, v_now, p_user, v_now)
    RETURNING mail_message.id INTO id;
    INSERT INTO connect_feed_item (channel_id, author_id, client_key, message_id)
    VALUES (p_channel, v.author, p_key, id)
    ON CONFLICT (channel_id, author_id, client_key) WHERE client_key IS NOT NULL DO NOTHING;
    IF NOT FOUND THEN  -- stored in this instant, by the same person's other try: Odoo calls us again, and finds it
        RAISE serialization_failure;
    END IF;
    IF v.by_recipient THEN  -- also of a request that waits: a supervisor may end it before this commit
        INSERT INTO connect_contact (line_id, partner_id, request_id, kind, origin, at, handled)
        VALUES (v.line, v.recipient, v.request, 'message', 'portal', v_now, FALSE);
    END IF;
    line_id := v.line; by_recipient := v.by_recipient; is_new := TRUE;
    RETURN NEXT;
END $post$
"""


def install(env):
    env.cr.execute("DROP FUNCTION IF EXISTS connect_post")
    env.cr.execute(SQL(POST, now=NOW))
