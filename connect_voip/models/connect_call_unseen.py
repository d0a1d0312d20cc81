"""Calls of operators that came and ended while no bridge was there: Asterisk's safety net may have found somebody, or
the caller has given up. Asterisk's own record (CEL) tells of both, and they are noted as calls like any other, once."""

from odoo import api, fields, models

from .connect_call import LIVE

AT_ONCE = 200
PATIENCE = 60  # s after which the safety net hangs up (asterisk/extensions.conf)
YOUNG = 60  # s in which a call may not have come to the bridge yet, or its end is being noted


class ConnectPbxUnseen(models.Model):
    _inherit = "connect.pbx"

    record_read = fields.Integer(readonly=True, copy=False, aggregator=None)  # how far CEL has been compared

    def _forgotten(self, keys):
        """Open calls that the bridge does not have, and of which the record says that they are over, or nothing at all:
        what it has told of their end could not be kept."""
        self.env.cr.execute(
            """SELECT key FROM connect_call c
                WHERE pbx_id = %s AND state = ANY(%s) AND key <> ALL(%s)
                  AND start_at < (now() AT TIME ZONE 'UTC') - make_interval(secs => %s)
                  AND (NOT EXISTS (SELECT FROM connect_cel
                                    WHERE (linkedid = c.key OR uniqueid = c.key) AND db_role = %s)
                       OR EXISTS (SELECT FROM connect_cel
                                   WHERE linkedid = c.key AND db_role = %s AND eventtype = 'LINKEDID_END'
                                     AND eventtime < (now() AT TIME ZONE 'UTC') - make_interval(secs => %s)))""",
            [self.id, list(LIVE), keys, YOUNG, self.db_role, self.db_role, YOUNG],
        )
        return [key for (key,) in self.env.cr.fetchall()]

    def _note_unseen(self):
        """Compare what has ended since the last time with the calls that are known. Whether there were others."""
        self.ensure_one()
        if not self.record_read:  # from here on
            self.env.cr.execute("SELECT coalesce(max(id), 1) FROM connect_cel")
            self.record_read = self.env.cr.fetchone()[0]
        self.env.cr.execute(
            """SELECT id, linkedid FROM connect_cel
                WHERE id > %s AND eventtype = 'LINKEDID_END' AND db_role = %s ORDER BY id LIMIT %s""",
            [self.record_read, self.db_role, AT_ONCE],
        )
        ended = self.env.cr.fetchall()
        if not ended:
            return False
        calls = self.env["connect.call"]
        known = set(calls.search([("key", "in", [key for _number, key in ended])]).mapped("key"))
        unseen = [key for _number, key in ended if key not in known]
        for key in unseen:
            calls._note_from_record(self, key)
        self.record_read = ended[-1][0]
        return bool(unseen)


class ConnectCallUnseen(models.Model):
    _inherit = "connect.call"

    @api.model
    def _note_from_record(self, pbx, key):
        """A call that no bridge has seen; only an operator's call is one, since nobody else is let in meanwhile."""
        self.env.cr.execute(
            """SELECT min(channame) FILTER (WHERE uniqueid = linkedid) AS caller_channel,
                      min(cid_num) FILTER (WHERE uniqueid = linkedid) AS caller,
                      (array_agg(exten ORDER BY id))[1] AS dialled,
                      min(channame) FILTER (WHERE uniqueid <> linkedid AND eventtype = 'BRIDGE_ENTER') AS answering,
                      min(eventtime) AS start_at, max(eventtime) AS end_at,
                      min(eventtime) FILTER (WHERE eventtype = 'BRIDGE_ENTER') AS answer_at
                 FROM connect_cel WHERE linkedid = %s AND db_role = %s""",
            [key, pbx.db_role],
        )
        record = self.env.cr.dictfetchone()
        trunk = self._trunk_of_channel(pbx, record["caller_channel"])
        if not trunk:
            return
        company, answer = trunk.company_id, record["answer_at"]
        user = (
            self.env["connect.extension"]
            .search(
                [("sip_user", "=", _endpoint(record["answering"]).removesuffix("-web")), ("pbx_id", "=", pbx.id)],
                limit=1,
            )
            .user_id
        )
        talk = (record["end_at"] - answer).total_seconds() * 1000 if answer else 0
        waited = (record["end_at"] - record["start_at"]).total_seconds()
        number = self._number_of(company, record["caller"])
        call = self._open_call(
            {
                "key": key,
                "pbx_id": pbx.id,
                "company_id": company.id,
                "direction": "incoming",
                "state": "ended" if answer else "missed",
                "trunk_id": trunk.id,
                "user_id": user.id,
                "partner_id": self._known_by_number(company, number).id,
                "caller_number": number,
                "dialled": record["dialled"],
                "start_at": record["start_at"],
                "answer_at": answer,
                "end_at": record["end_at"],
                "talk_ms": int(talk),
                "missed_reason": None if answer else "wait_limit" if waited >= PATIENCE else "abandoned",
            }
        )
        call._write_fact("ended", {"cause": 0, "reason": "found afterwards", "user_id": user.id})

    @api.model
    def _trunk_of_channel(self, pbx, channel):
        name, _dash, number = _endpoint(channel).partition("-")
        known = [("id", "=", int(number)), ("pbx_id", "=", pbx.id)] if name == "trunk" and number.isdecimal() else None
        return self.env["connect.trunk"].with_context(active_test=False).search(known, limit=1) if known else None


def _endpoint(channel):
    """``trunk-7`` of ``PJSIP/trunk-7-0000001a``."""
    return (channel or "").removeprefix("PJSIP/").rpartition("-")[0]
