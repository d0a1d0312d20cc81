"""Recordings of conversations and messages: rows here, sound files in Odoo's filestore (VOI-08, VOI-09).

Conversations are recorded whoever pays for what; hearing them needs the subscription «Запись разговоров» of the company
and the right of its supervisor, or to have taken part. Each hearing is noted.
"""

import io
import wave

from odoo import api, fields, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

SAME_HEARING = 60  # s after its length in which the player of the same person asks for the sound again


class ConnectRecording(models.Model):
    _name = "connect.recording"
    _description = "Recording"
    _order = "id desc"
    _log_access = False

    call_id = fields.Many2one("connect.call", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict", index=True)
    name = fields.Char(required=True, readonly=True, help="Its name in Asterisk.")
    kind = fields.Selection([("talk", "Conversation"), ("message", "Message")], required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    seconds = fields.Float("Length, s", readonly=True, aggregator="sum")
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, ondelete="set null", groups="base.group_system", index="btree_not_null"
    )
    is_deleted = fields.Boolean("Deleted: kept long enough", readonly=True)
    can_hear = fields.Boolean("Can be heard", compute="_compute_can_hear")
    listening_ids = fields.One2many("connect.recording.listening", "recording_id", string="Heard by")
    partner_id = fields.Many2one(related="call_id.partner_id")
    line_id = fields.Many2one(related="call_id.line_id")
    user_id = fields.Many2one(related="call_id.user_id")

    _once = models.UniqueIndex("(name)")
    _by_age = models.Index("(company_id, at) WHERE NOT coalesce(is_deleted, FALSE)")

    @api.depends("at", "call_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for recording in self:
            moment = format_datetime(self.env, recording.at, dt_format="short")
            recording.display_name = f"{recording.call_id.display_name}, {moment}"

    @api.depends("is_deleted", "company_id")
    def _compute_can_hear(self):
        """For whoever reads the row: the company has paid for hearing, and the sound is there (VOI-09)."""
        for recording in self:
            # sudo: res.company - whether the recording's company has the subscription
            recording.can_hear = not recording.is_deleted and recording.sudo().company_id._connect_has("recording")

    # --- from the bridge ---

    @api.model
    def _keep(self, key, name, sound):
        """Keep a sound file of a call. False: there is no such call. A file that came twice is kept once."""
        self.env.cr.execute(
            """SELECT id, company_id, nextval('connect_recording_id_seq'),
                      EXISTS (SELECT FROM connect_recording WHERE name = %s) FROM connect_call WHERE key = %s""",
            [name, key],
        )
        call_id, company_id, number, is_known = self.env.cr.fetchone() or (0, 0, 0, False)
        seconds = self._length(sound)
        kind = "message" if "-sound" in name else "talk"
        if call_id and kind == "message" and not is_known:
            self.env["connect.call"].browse(call_id)._tell_message(seconds)
        if not call_id or not seconds or is_known:
            return bool(call_id)  # nobody spoke, or we have it
        attachment = (
            self.env["ir.attachment"]
            .with_company(company_id)
            .create(
                {
                    "name": f"{name}.wav",
                    "raw": sound,
                    "mimetype": "audio/wav",
                    "company_id": company_id,
                    "res_model": self._name,
                    "res_id": number,
                    "res_field": "attachment_id",  # to be read by whoever may read that field: nobody passes _hear
                }
            )
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_recording (id, call_id, company_id, name, kind, at, seconds, attachment_id)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
                *(number, call_id, company_id, name, kind, NOW, seconds, attachment.id),
            )
        )
        return True

    @api.model
    def _length(self, sound):
        """Seconds of a WAV file; 0 for what is none."""
        try:
            with wave.open(io.BytesIO(sound)) as file:
                return file.getnframes() / file.getframerate()
        except (wave.Error, EOFError, ZeroDivisionError):
            return 0

    # --- hearing ---

    def _hear(self, is_download=False):
        """The sound file for the caller, in sudo; the hearing is noted. A player that asks again for the same sound, as
        when one goes back in it, makes no second hearing.

        :raise AccessError: not his to hear
        :raise UserError: the company has no subscription, or the file was deleted
        """
        self.ensure_one()
        if not self.has_access("read"):
            raise AccessError(self.env._("This recording is not among yours."))
        recording = self.sudo()  # the right to read it was checked just above
        if not recording.company_id._connect_has("recording"):
            raise UserError(self.env._("Hearing recordings needs the subscription «Recording of calls»."))
        if recording.is_deleted or not recording.attachment_id:
            raise UserError(self.env._("This recording was deleted: its time of keeping is over."))
        # sudo: connect.recording.listening - nobody writes the log by himself
        self.env["connect.recording.listening"].sudo()._note(recording, self.env.user, is_download)
        return recording.attachment_id

    # --- keeping ---

    @api.autovacuum
    def _gc_recordings(self):
        """Each company's time of keeping; 0 keeps for ever."""
        self.env.cr.execute(
            """SELECT r.id FROM connect_recording r JOIN res_company c ON c.id = r.company_id
                WHERE NOT coalesce(r.is_deleted, FALSE) AND c.connect_recording_days > 0
                  AND r.at < (now() AT TIME ZONE 'UTC') - make_interval(days => c.connect_recording_days)
                ORDER BY r.id LIMIT 1000"""
        )
        old = self.browse([row[0] for row in self.env.cr.fetchall()])
        old.attachment_id.unlink()
        self.env.cr.execute("UPDATE connect_recording SET is_deleted = TRUE WHERE id = ANY(%s)", [old.ids])
        old.invalidate_recordset()
        return len(old), len(old) == 1000


class ConnectRecordingListening(models.Model):
    _name = "connect.recording.listening"
    _description = "Recording heard"
    _order = "id desc"
    _log_access = False

    recording_id = fields.Many2one("connect.recording", required=True, readonly=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(
        "res.users", string="Employee", required=True, readonly=True, ondelete="restrict", index=True
    )
    at = fields.Datetime(required=True, readonly=True)
    is_download = fields.Boolean("Downloaded", readonly=True)

    @api.model
    def _note(self, recording, user, is_download):
        same = fields.Datetime.subtract(fields.Datetime.now(), seconds=int(recording.seconds) + SAME_HEARING)
        known = [("recording_id", "=", recording.id), ("user_id", "=", user.id), ("at", ">", same)]
        if is_download or not self.search_count([*known, ("is_download", "=", False)], limit=1):
            self.create(
                {
                    "recording_id": recording.id,
                    "user_id": user.id,
                    "at": fields.Datetime.now(),
                    "is_download": is_download,
                }
            )
