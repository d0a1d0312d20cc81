"""What Asterisk reads and writes in our database: telephones as views of our tables, and the record of events.

Asterisk asks for an endpoint when it needs one, so a telephone that was added works at once and an archived one is
refused at once, as is everybody whose account is blocked. The telephone that registered last has the number: one on the
desk and one in the browser. A call from an operator is known by his address, or, where we log in, by the secret word
(``line``) that Asterisk has put into the address it gave him. Its user of PostgreSQL sees the views and may add to the
record, nothing else, and of the views only the rows of its own exchange (``current_user``). What it adds to the record
bears its name, which it cannot choose; the record is read by Odoo alone (ADM-07).
"""

from odoo import api, models

OPUS, PLAIN = "opus,ulaw,alaw", "ulaw,alaw,g722,gsm"
DEAD = 60  # seconds without a packet: a browser that was killed says no goodbye; one that is muted sends silence
VIEWS = f"""
DROP VIEW IF EXISTS connect_ps_endpoints, connect_ps_auths, connect_ps_aors, connect_ps_identifies,
                    connect_ps_registrations, connect_ps_queues, connect_ps_queue_members;
CREATE OR REPLACE VIEW connect_ps_phones AS
SELECT x.id, x.sip_secret, x.number, x.is_web, x.user_id IS NOT NULL AS is_staff,
       coalesce(x.is_encrypted, FALSE) AND NOT x.is_web AS is_encrypted,
       split_part(coalesce(person.lang, 'en'), '_', 1) AS language
  FROM (SELECT sip_user::text AS id, FALSE AS is_web, active, pbx_id, sip_secret, number, is_encrypted, user_id,
               partner_id
          FROM connect_extension WHERE has_phone
         UNION ALL -- each half has an index of its own: Asterisk asks by id
        SELECT sip_user || '-web', TRUE, active, pbx_id, sip_secret, number, is_encrypted, user_id, partner_id
          FROM connect_extension) x
  JOIN connect_pbx p ON p.id = x.pbx_id AND p.active AND p.db_role = current_user
  LEFT JOIN res_users employee ON employee.id = x.user_id
  LEFT JOIN res_partner person ON person.id = coalesce(x.partner_id, employee.partner_id)
 WHERE x.active AND coalesce(employee.active, TRUE)
   AND coalesce((SELECT bool_or(u.active) FROM res_users u WHERE u.partner_id = x.partner_id), TRUE);

CREATE OR REPLACE VIEW connect_ps_trunks AS
SELECT 'trunk-' || t.id AS id, t.id AS number, t.host, t.port, nullif(t.account, '') AS account, t.password,
       coalesce(t.is_registering, FALSE) AS is_registering,
       coalesce(nullif(t.addresses, ''), CASE WHEN t.host ~ '^[0-9.]+$' THEN t.host END) AS addresses
  FROM connect_trunk t
  JOIN connect_pbx p ON p.id = t.pbx_id AND p.active AND p.db_role = current_user
 WHERE t.active;

CREATE OR REPLACE VIEW connect_ps_endpoints AS
SELECT id::text AS id, id::text AS aors, id::text AS auth, 'connect-inner'::text AS context, 'all'::text AS disallow,
       CASE WHEN is_web THEN '{OPUS}' ELSE '{PLAIN}' END AS allow, 'no'::text AS direct_media,
       CASE WHEN is_web THEN 'yes' ELSE 'no' END AS webrtc, coalesce(number, '')::text AS callerid,
       'yes'::text AS rtp_symmetric, 'yes'::text AS force_rport, 'yes'::text AS rewrite_contact,
       'no'::text AS trust_id_inbound, 'no'::text AS send_pai, NULL::text AS mailboxes,
       NULL::text AS outbound_auth, NULL::text AS from_user, NULL::text AS from_domain, 'username'::text AS identify_by,
       language::text AS language, CASE WHEN is_staff THEN 'yes' ELSE 'no' END AS allow_transfer,
       'TRANSFER_CONTEXT=connect-refer' || CASE WHEN is_encrypted THEN ';CONNECT_ENCRYPTED=1' ELSE '' END AS set_var,
       CASE WHEN is_encrypted THEN 'sdes' WHEN is_web THEN 'dtls' ELSE 'no' END AS media_encryption,
       CASE WHEN is_encrypted THEN 'transport-tls' END AS transport,
       CASE WHEN is_web THEN {DEAD} ELSE 0 END AS rtp_timeout
  FROM connect_ps_phones
 UNION ALL
SELECT id, id, NULL, 'connect-trunk', 'all', 'alaw,ulaw', 'no', 'no', NULL, 'yes', 'yes', 'no', 'no', 'no', NULL,
       CASE WHEN account IS NOT NULL THEN id END, account, CASE WHEN account IS NOT NULL THEN host END, 'ip',
       NULL, 'no', NULL, 'no', NULL, 0
  FROM connect_ps_trunks;

CREATE OR REPLACE VIEW connect_ps_auths AS
SELECT id::text AS id, 'userpass'::text AS auth_type, id::text AS username, sip_secret::text AS password
  FROM connect_ps_phones
 UNION ALL
SELECT id, 'userpass', account, coalesce(password, '') FROM connect_ps_trunks WHERE account IS NOT NULL;

CREATE OR REPLACE VIEW connect_ps_aors AS
SELECT id::text AS id, 1 AS max_contacts, 'yes'::text AS remove_existing, 0 AS qualify_frequency,
       3600 AS maximum_expiration, 120 AS default_expiration, NULL::text AS mailboxes, NULL::text AS contact
  FROM connect_ps_phones
 UNION ALL
SELECT id, 0, 'no', 0, 3600, 120, NULL, 'sip:' || host || ':' || port FROM connect_ps_trunks;

CREATE OR REPLACE VIEW connect_ps_identifies AS
SELECT id || '-' || position AS id, id AS endpoint, address AS match
  FROM connect_ps_trunks, regexp_split_to_table(trim(addresses), '[,;\\s]+') WITH ORDINALITY known (address, position)
 WHERE address <> '';

CREATE OR REPLACE VIEW connect_ps_registrations AS
SELECT id::text AS id, ('sip:' || host || ':' || port)::text AS server_uri,
       ('sip:' || account || '@' || host || ':' || port)::text AS client_uri, id::text AS outbound_auth,
       number::text AS contact_user, 30 AS retry_interval, 30 AS forbidden_retry_interval, 1000000 AS max_retries,
       'yes'::text AS line, id::text AS endpoint
  FROM connect_ps_trunks WHERE is_registering AND account IS NOT NULL;

CREATE OR REPLACE VIEW connect_ps_queues AS
SELECT id::text AS name, 'ringall'::text AS strategy, 30 AS timeout, 1 AS retry, 'no'::text AS ringinuse,
       'default'::text AS musiconhold
  FROM connect_ps_trunks;

CREATE OR REPLACE VIEW connect_ps_queue_members AS
SELECT x.sip_user || kind.suffix AS uniqueid, 'trunk-' || t.id AS queue_name,
       'PJSIP/' || x.sip_user || kind.suffix AS interface, 0 AS penalty, 0 AS paused,
       NULL::varchar(80) AS reason_paused
  FROM connect_trunk t
  JOIN connect_pbx p ON p.id = t.pbx_id AND p.active AND p.db_role = current_user
  JOIN connect_extension x ON x.company_id = t.company_id AND x.pbx_id = t.pbx_id AND x.active
  JOIN res_users employee ON employee.id = x.user_id AND employee.active
  JOIN connect_agent a ON a.user_id = x.user_id
  JOIN connect_status s ON s.id = a.status_id AND s.accepts_calls
  JOIN (VALUES ('', FALSE), ('-web', TRUE)) kind (suffix, is_web) ON kind.is_web OR x.has_phone
 WHERE t.active;

CREATE OR REPLACE VIEW connect_ps_music AS
SELECT ('prompt-' || m.id)::text AS name, 'files'::text AS mode, m.folder::text AS directory
  FROM connect_prompt m
  JOIN connect_pbx p ON p.active AND p.db_role = current_user AND coalesce(p.company_id, m.company_id) = m.company_id
 WHERE m.active AND m.folder IS NOT NULL;
"""
KEEP_RECORD, AT_ONCE = 30, 10_000  # days; rows deleted in one transaction
# Written by Asterisk itself, whether the bridge lives or not; the reconciliation of lost calls reads it.
# It names every column in its INSERT, so it needs the right to all of them; whose row it is, and its number, say we.
RECORD = """
CREATE TABLE IF NOT EXISTS connect_cel (
    id bigserial PRIMARY KEY, eventtype text NOT NULL, eventtime timestamp NOT NULL, cid_num text, exten text,
    channame text, uniqueid text, linkedid text, peer text, extra text);
ALTER TABLE connect_cel ADD COLUMN IF NOT EXISTS db_role name NOT NULL DEFAULT current_user;
CREATE INDEX IF NOT EXISTS connect_cel_linkedid_idx ON connect_cel (linkedid);
CREATE INDEX IF NOT EXISTS connect_cel_uniqueid_idx ON connect_cel (uniqueid);
CREATE INDEX IF NOT EXISTS connect_cel_eventtime_idx ON connect_cel USING brin (eventtime);
CREATE OR REPLACE FUNCTION connect_cel_sign() RETURNS trigger LANGUAGE plpgsql AS $sign$
BEGIN
    NEW.db_role := current_user;
    NEW.id := nextval('connect_cel_id_seq');
    RETURN NEW;
END $sign$;
DROP TRIGGER IF EXISTS connect_cel_sign ON connect_cel;
CREATE TRIGGER connect_cel_sign BEFORE INSERT ON connect_cel FOR EACH ROW EXECUTE FUNCTION connect_cel_sign();
"""
# For whoever sets up an exchange: SELECT connect_grant_exchange('its role')
GRANT = """
CREATE OR REPLACE FUNCTION connect_grant_exchange(p_role name) RETURNS void LANGUAGE plpgsql AS $grant$
BEGIN
    IF p_role = current_user THEN
        RETURN;  -- Odoo's own: everything is his
    END IF;
    EXECUTE format('GRANT SELECT ON connect_ps_endpoints, connect_ps_auths, connect_ps_aors, connect_ps_identifies, '
                   'connect_ps_registrations, connect_ps_queues, connect_ps_queue_members, connect_ps_music '
                   'TO %1$I', p_role);
    EXECUTE format('REVOKE ALL ON connect_cel FROM %1$I', p_role);
    EXECUTE format('GRANT INSERT ON connect_cel TO %1$I', p_role);
    EXECUTE format('GRANT USAGE ON SEQUENCE connect_cel_id_seq TO %1$I', p_role);
END $grant$
"""


class ConnectPbxTables(models.Model):
    _inherit = "connect.pbx"

    def init(self):
        self.env.cr.execute(RECORD)
        self.pool.post_init(self._make_views)  # when the tables that they name are all there

    @api.model
    def _make_views(self):
        self.env.cr.execute(VIEWS)
        self.env.cr.execute(GRANT)
        self.env.cr.execute(  # views that were made anew have lost what was granted on them
            """SELECT connect_grant_exchange(db_role)
                 FROM (SELECT DISTINCT db_role FROM connect_pbx JOIN pg_roles ON rolname = db_role) known"""
        )

    @api.autovacuum
    def _gc_record(self):
        """What Asterisk has written down is read within minutes; afterwards it tells whoever looks into a complaint."""
        self.env.cr.execute(
            """DELETE FROM connect_cel WHERE ctid = ANY(ARRAY(
                   SELECT ctid FROM connect_cel
                    WHERE eventtime < (now() AT TIME ZONE 'UTC') - make_interval(days => %s) LIMIT %s))""",
            [KEEP_RECORD, AT_ONCE],
        )
        return self.env.cr.rowcount, self.env.cr.rowcount == AT_ONCE
