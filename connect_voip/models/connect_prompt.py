"""Sounds that callers hear: greetings, and music while telephones ring (VOI-46).

The sound is kept in the database. Asterisk plays files, so whoever routes a call puts the file where Asterisk on the
same machine finds it, which is the bridge: ``<data_dir>/connect_sounds/<database>/<id>/<checksum>.wav``."""

import base64
import hashlib
import io
import os
import wave
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..bridge.sound import SoundError, for_telephone


class ConnectPrompt(models.Model):
    _name = "connect.prompt"
    _inherit = ["connect.fixed.mixin"]
    _description = "Greeting or music"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    sound = fields.Binary(required=True, attachment=True, help="A WAV file of five minutes at most.")
    seconds = fields.Float("Length, s", readonly=True, aggregator=None)
    folder = fields.Char(readonly=True, groups="base.group_system", copy=False)  # where Asterisk finds it
    checksum = fields.Char(readonly=True, groups="base.group_system", copy=False)  # of the sound: a call reads it alone

    @api.model_create_multi
    def create(self, vals_list):
        prompts = super().create([self._converted(vals) for vals in vals_list])
        prompts._measure()
        return prompts

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        result = super().write(self._converted(vals))
        if vals.get("sound"):
            self._measure()
        return result

    def _converted(self, vals):
        """Whatever was uploaded becomes what a telephone can play."""
        if not vals.get("sound"):
            return vals
        try:
            sound = for_telephone(base64.b64decode(vals["sound"]))
        except SoundError as error:
            texts = {
                "long": self.env._("The sound is longer than five minutes. Upload a shorter one."),
                "empty": self.env._("There is no sound in this file."),
            }
            raise ValidationError(
                texts.get(str(error)) or self.env._("This is no WAV file. Save the sound as WAV and upload it again.")
            ) from error
        return {**vals, "sound": base64.b64encode(sound)}

    def _measure(self):
        for prompt in self.with_context(bin_size=False).sudo():  # its length is the file's, nobody writes it
            sound = base64.b64decode(prompt.sound)
            prompt.checksum = hashlib.sha256(sound).hexdigest()[:16]
            with wave.open(io.BytesIO(sound)) as file:
                prompt.seconds = file.getnframes() / file.getframerate()

    def _place(self):
        """The file for Asterisk, without its ending; it is written when it is not there yet."""
        self.ensure_one()
        if not self.checksum:
            self._measure()
        folder = Path(config["data_dir"]) / "connect_sounds" / self.env.cr.dbname / str(self.id)
        file = folder / f"{self.checksum}.wav"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(base64.b64decode(self.with_context(bin_size=False).sound))
            fresh.replace(file)  # at once: Asterisk never plays half a file
            for old in set(folder.glob("*.wav")) - {file}:
                old.unlink(missing_ok=True)
        if self.folder != str(folder):
            self.folder = str(folder)
        return str(file.with_suffix(""))

    def _media(self):
        return f"sound:{self._place()}"

    def _music_class(self):
        """The class of music on hold that the view ``connect_ps_music`` makes of it."""
        self._place()
        return f"prompt-{self.id}"
