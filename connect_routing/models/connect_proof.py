"""The proof of delivery: the rows of requests are compared with the ledger, and what came out is kept for ever.

Daily what moved since the last clean proof began is compared, weekly and by the button everything. After a proof with
findings the next one compares everything again, until one is clean: the alarm does not fall silent by itself.

A proof compares part by part and commits after each, so that no transaction stays open for the whole of it. The price:
it is no picture of one instant. Each request is compared at an instant of its own, which is all that is needed.
"""

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize_all

from .append_only import forbid_changes
from .connect_decision_verify import PART

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)  # longer than a transaction that began before a proof may still have been open
KEPT = 50  # findings kept with a proof; how many there are is kept, too
ALARM_EMAIL = "connect_routing.alarm_email"


class ConnectProof(models.Model):
    _name = "connect.proof"
    _description = "Proof of Delivery"
    _order = "id desc"
    _rec_name = "checked_at"
    _log_access = False

    checked_at = fields.Datetime(required=True, readonly=True, help="When it began.")
    origin = fields.Selection(
        [("daily", "Daily"), ("weekly", "Weekly"), ("button", "By hand")],
        string="Occasion",
        required=True,
        readonly=True,
    )
    since = fields.Datetime(
        string="Moved since", readonly=True, help="Requests that moved since then were compared. Empty: all of them."
    )
    duration = fields.Float("Duration, s", digits=(12, 2), required=True, readonly=True, aggregator="avg")
    request_count = fields.Integer("Requests compared", required=True, readonly=True, aggregator=None)
    decision_count = fields.Integer("Decisions compared", required=True, readonly=True, aggregator=None)
    finding_count = fields.Integer("Findings", required=True, readonly=True)
    findings = fields.Json(readonly=True)
    findings_text = fields.Text("What was found", compute="_compute_texts")
    state = fields.Selection(
        [("clean", "All is well"), ("wrong", "Findings")], string="Result", compute="_compute_texts"
    )

    def init(self):
        forbid_changes(self.env.cr, self._table)

    @api.depends_context("lang")
    @api.depends("findings", "finding_count")
    def _compute_texts(self):
        for proof in self:
            proof.state = "wrong" if proof.finding_count else "clean"
            lines = [self._in_words(*finding) for finding in proof.findings or ()]
            if proof.finding_count > len(lines):
                lines.append(self.env._("And %s more.", proof.finding_count - len(lines)))
            proof.findings_text = "\n".join(lines)

    @api.model
    def _in_words(self, kind, request_id, user_id, what):
        if kind == "missing":
            return self.env._("Request %s: it has no history in the ledger.", request_id)
        if kind == "differs":
            names = self.env["connect.request"].fields_get(what.split(", "), ["string"])
            labels = ", ".join(
                dict.fromkeys(names[name]["string"] if name in names else name for name in what.split(", "))
            )
            return self.env._("Request %(id)s: row and ledger differ in: %(fields)s.", id=request_id, fields=labels)
        if kind == "history":
            return self.env._("Request %s: its decisions in the ledger are no possible history.", request_id)
        # whoever reads proofs sees everybody's name
        name = self.env["res.users"].sudo().browse(user_id).exists().name or user_id
        return self.env._("%s: the number of requests in work is counted wrongly.", name)

    # --- actions ---

    def action_check_now(self):
        """Button: compare everything. At once when it is quick; in the background when there is much."""
        if not self.env.user.has_group("connect_lines.group_platform"):
            raise AccessError(self.env._("Only administrators of the platform start the check."))
        # the check reads every tenant's rows; who may start it was asked just above
        system = self.sudo()
        if system.env["connect.request"].search_count([], limit=PART + 1) > PART:
            system.env.ref("connect_routing.ir_cron_prove")._trigger()
            return self._notification(self.env._("The check runs. Its result appears in this list."))
        proof = system.browse()._prove("button")
        return {
            "type": "ir.actions.act_window",
            "res_model": "connect.proof",
            "res_id": proof.id,
            "views": [[False, "form"]],
        }

    @api.model
    def _notification(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }

    # --- the check ---

    @api.model
    def _cron_prove(self):
        """Weekly, and when the button asks for it: everything."""
        return self._prove("weekly")

    @api.model
    def _prove(self, origin, since=None):
        """Compare, keep the result, raise the alarm when there is something. Commits on its way, but for a single part:
        so the button's transaction stays whole."""
        ledger, commit = self.env["connect.decision"], self.env["connect.dispatcher"]._commit
        at, began = fields.Datetime.now(), time.monotonic()
        found, requests, decisions = [], 0, 0
        for part in ledger._parts(since):
            if requests:
                commit()
            found += ledger._findings(part)
            requests += len(part)
            decisions += ledger._count_of(part)
        found += self._lasting_counters()
        proof = self.create(
            {
                "checked_at": at,
                "origin": origin,
                "since": since,
                "duration": time.monotonic() - began,
                "request_count": requests,
                "decision_count": decisions,
                "finding_count": len(found),
                "findings": [list(finding) for finding in found[:KEPT]],
            }
        )
        proof._report(found)
        return proof

    @api.model
    def _lasting_counters(self):
        """Counters that are wrong, seen twice: a specialist may be between a commit and his recount."""
        dispatcher = self.env["connect.dispatcher"]
        looks = []
        for _look in range(2):
            with dispatcher._short_transaction() as fresh:
                looks.append(fresh.env["connect.decision"]._wrong_counters())
            if not looks[-1]:
                return []
            if not dispatcher._in_test() and len(looks) == 1:
                time.sleep(2)
        return [finding for finding in looks[0] if finding in looks[1]]

    @api.model
    def _since(self):
        """From when on the daily proof compares; None: everything, as there is no clean proof to go on from."""
        last = self.search([], limit=1)
        return last.checked_at - OVERLAP if last and not last.finding_count else None

    def _report(self, found):
        """To the log, and by mail once for each proof with findings."""
        self.ensure_one()
        if not found:
            _logger.info("The ledger and %s requests agree (%.1f s)", self.request_count, self.duration)
            return
        _logger.error("The ledger and the requests differ in %s places, the first ones: %s", len(found), found[:10])
        template = self.env.ref("connect_routing.mail_template_proof", raise_if_not_found=False)
        address = self._alarm_email()
        if template and address:
            template.send_mail(self.id, email_values={"email_to": address})

    @api.model
    def _alarm_email(self):
        """Where the alarm goes: the system parameter, else the address of the main company; "" for nowhere."""
        # a setting of the installation that only its administrators read
        wanted = self.env["ir.config_parameter"].sudo().get_param(ALARM_EMAIL) or ""
        company = self.env.ref("base.main_company")
        return ", ".join(email_normalize_all(wanted)) or company.connect_notify_email or company.email or ""

    @api.model
    def _metric(self):
        """The last proof as figures for monitoring: ``{"age": s, "duration": s, "requests", "decisions", "findings":
        int}``; empty before the first one."""
        last = self.search([], limit=1)
        return (
            {
                "age": (fields.Datetime.now() - last.checked_at).total_seconds(),
                "duration": last.duration,
                "requests": last.request_count,
                "decisions": last.decision_count,
                "findings": last.finding_count,
            }
            if last
            else {}
        )
