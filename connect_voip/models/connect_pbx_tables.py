"""What Asterisk reads and writes in our database: telephones as views of our tables, and the record of events.

Asterisk asks for an endpoint when it needs one, so a telephone that was added works at once and an archived one is
refused at once. The telephone that registered last has the number: one on the desk and one in the browser. Its user of
PostgreSQL sees the views and may add to the record, nothing else, and of the views only the rows of its own exchange
(``current_user``).
"""

from odoo import api, models

OPUS, PLAIN = "opus,ulaw,alaw", "ulaw,alaw,g722,gsm"
VIEWS = f"""
CREATE OR REPLACE VIEW connect_ps_phones AS
SELECT x.sip_user || kind.suffix AS id, x.sip_secret, x.number, x.label, kind.is_web
  FROM connect_extension x
  JOIN connect_pbx p ON p.id = x.pbx_id AND p.active AND p.db_role = current_user
  JOIN (VALUES ('', FALSE), ('-web', TRUE)) kind (suffix, is_web) ON kind.is_web OR x.has_phone
 WHERE x.active;

CREATE OR REPLACE VIEW connect_ps_endpoints AS
SELECT id::text AS id, id::text AS aors, id::text AS auth, 'connect-inner'::text AS context, 'all'::text AS disallow,
       CASE WHEN is_web THEN '{OPUS}' ELSE '{PLAIN}' END AS allow, 'no'::text AS direct_media,
       CASE WHEN is_web THEN 'yes' ELSE 'no' END AS webrtc, coalesce(number, '')::text AS callerid,
       'yes'::text AS rtp_symmetric, 'yes'::text AS force_rport, 'yes'::text AS rewrite_contact,
       'no'::text AS trust_id_inbound, 'no'::text AS send_pai, NULL::text AS mailboxes,
       NULL::text AS outbound_auth, NULL::text AS from_user, NULL::text AS from_domain
  FROM connect_ps_phones;

CREATE OR REPLACE VIEW connect_ps_auths AS
SELECT id::text AS id, 'userpass'::text AS auth_type, id::text AS username, sip_secret::text AS password
  FROM connect_ps_phones;

CREATE OR REPLACE VIEW connect_ps_aors AS
SELECT id::text AS id, 1 AS max_contacts, 'yes'::text AS remove_existing, 0 AS qualify_frequency,
       3600 AS maximum_expiration, 120 AS default_expiration, NULL::text AS mailboxes, NULL::text AS contact
  FROM connect_ps_phones;

CREATE OR REPLACE VIEW connect_ps_identifies AS
SELECT NULL::text AS id, NULL::text AS endpoint, NULL::text AS match WHERE FALSE;

CREATE OR REPLACE VIEW connect_ps_registrations AS
SELECT NULL::text AS id, NULL::text AS server_uri, NULL::text AS client_uri, NULL::text AS outbound_auth WHERE FALSE;
"""
# Written by Asterisk itself, whether the bridge lives or not; the reconciliation of lost calls reads it.
RECORD = """
CREATE TABLE IF NOT EXISTS connect_cel (
    id bigserial PRIMARY KEY, eventtype text NOT NULL, eventtime timestamp NOT NULL, cid_num text, exten text,
    channame text, uniqueid text, linkedid text, peer text, extra text);
CREATE INDEX IF NOT EXISTS connect_cel_linkedid_idx ON connect_cel (linkedid);
CREATE INDEX IF NOT EXISTS connect_cel_uniqueid_idx ON connect_cel (uniqueid);
CREATE INDEX IF NOT EXISTS connect_cel_eventtime_idx ON connect_cel USING brin (eventtime);
"""
# For whoever sets up an exchange: SELECT connect_grant_exchange('its role')
GRANT = """
CREATE OR REPLACE FUNCTION connect_grant_exchange(p_role name) RETURNS void LANGUAGE plpgsql AS $grant$
BEGIN
    EXECUTE format('GRANT SELECT ON connect_ps_endpoints, connect_ps_auths, connect_ps_aors, connect_ps_identifies, '
                   'connect_ps_registrations TO %1$I', p_role);
    EXECUTE format('GRANT SELECT, INSERT ON connect_cel TO %1$I', p_role);
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
