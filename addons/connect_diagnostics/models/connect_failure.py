import hashlib
import re
import time
from collections import Counter
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import SQL

PER_HOUR = 30  # reports of one user to one process; a screen that fails in a loop has said what there is to say
HOUR = 3600  # s
LONGEST = {"message": 500, "traceback": 20_000, "path": 300, "browser": 300}
KEPT = 90  # days
DIGEST = 100  # failures in one letter
# what tells two reports of one failure apart without being part of it: addresses, positions, versions of bundles
NOISE = re.compile(r"https?://[^\s)]*/|:\d+(?::\d+)?|\b[0-9a-f]{7,}\b|\d+")

_reported = Counter()


class ConnectFailure(models.Model):
    """A failure of a screen, as a browser reported it: the error, where, and with what; no content of the screen.

    The same failure of many people, or many times, is one row that counts.
    """

    _name = "connect.failure"
    _description = "Failure of a screen"
    _order = "last_at desc, id desc"
    _rec_name = "message"

    fingerprint = fields.Char(required=True, readonly=True)
    message = fields.Char("Error", required=True, readonly=True)
    traceback = fields.Text("Traceback", readonly=True)
    path = fields.Char("Screen", readonly=True, help="The address without the site and without what follows the «?».")
    browser = fields.Char("Browser", readonly=True)
    version = fields.Char("Version", readonly=True)
    user_id = fields.Many2one("res.users", "Last with", readonly=True, index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one("res.company", "Company", readonly=True, index="btree_not_null", ondelete="set null")
    times = fields.Integer("Times", readonly=True, default=1, aggregator="sum")
    first_at = fields.Datetime("First", readonly=True)
    last_at = fields.Datetime("Last", readonly=True, index=True)
    told_at = fields.Datetime("Sent to the developers", readonly=True)

    _fingerprint_unique = models.UniqueIndex("(fingerprint)")

    @api.model
    def _report(self, user, report):
        """Keep what a browser says about its failure.

        :param dict report: ``message``, ``traceback``, ``path``, ``browser``: texts, anything else is dropped
        :return: False when the user forbids it or has reported enough for this hour
        """
        if not user.connect_send_failures or not self._may_report(user):
            return False
        text = {name: _text(report.get(name), longest) for name, longest in LONGEST.items()}
        if not text["message"]:
            return False
        text["path"] = urlsplit(text["path"]).path
        values = {
            **text,
            "fingerprint": _fingerprint(text["message"], text["traceback"]),
            "version": self.env.ref("base.module_connect_diagnostics").sudo().installed_version,  # sudo: a number
            "user_id": user.id,
            "company_id": user.company_id.id,
        }
        self._count(values)
        return True

    @api.model
    def _may_report(self, user):
        """Count a report of the user in this process; no table is locked or written for a flood."""
        hour = time.time() // HOUR
        if _reported["hour"] != hour:
            _reported.clear()
            _reported["hour"] = hour
        who = (self.env.cr.dbname, user.id)
        _reported[who] += 1
        return _reported[who] <= PER_HOUR

    @api.model
    def _count(self, values):
        """One statement, so that many browsers with the same failure at once wait for nobody and repeat nothing."""
        columns = SQL(", ").join(SQL.identifier(name) for name in values)
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_failure AS known (%s, times, first_at, last_at, create_date, write_date)
                   VALUES %s ON CONFLICT (fingerprint) DO UPDATE
                      SET times = known.times + 1, last_at = excluded.last_at, user_id = excluded.user_id,
                          company_id = excluded.company_id, path = excluded.path, browser = excluded.browser,
                          version = excluded.version""",
                columns,
                (*values.values(), 1, *[self.env.cr.now().replace(tzinfo=None, microsecond=0)] * 4),
            )
        )

    @api.model
    def _cron_tell(self):
        """Send what is new to the developers, and drop what nobody has met for long."""
        now = fields.Datetime.now()
        self.search([("last_at", "<", fields.Datetime.subtract(now, days=KEPT))]).unlink()
        address = self.env["ir.config_parameter"].get_param("connect_diagnostics.address")
        news = self.search([("told_at", "=", False)], limit=DIGEST)
        if not address or not news:
            return
        template = self.env.ref("connect_diagnostics.mail_template_failures")
        template.with_context(failures=news).send_mail(
            self.env.company.id, email_values={"email_to": address}, email_layout_xmlid="mail.mail_notification_light"
        )
        news.told_at = now


def _text(value, longest):
    # PostgreSQL stores no zero byte
    return value.replace("\x00", "").strip()[:longest] if isinstance(value, str) else ""


def _fingerprint(message, traceback):
    """Two reports of the same failure have the same one, also after an update moved its line."""
    frames = "\n".join(traceback.splitlines()[:8])
    return hashlib.sha256(NOISE.sub("", f"{message}\n{frames}").encode()).hexdigest()
