"""Who is told of a call that has reached nobody (VOI-41), and of a message on the answering machine (VOI-45): once, in
his inbox or by mail, as he has chosen. Whoever is told finds the call in his journal."""

import logging

from markupsafe import Markup
from odoo import models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

NOBODYS = ("refused", "no_line", "full")  # it was let in nowhere: nobody has missed it
TOLD = 20  # supervisors of a company at most


class ConnectCallNotice(models.Model):
    _inherit = "connect.call"

    def _tell_missed(self):
        """A call to an employee, «Follow Me» or a department. One on a line has its own mail (ROU-25); who has left a
        message is told of with the message, when its sound is there."""
        is_missed = self.state == "missed" and self.direction != "outgoing" and self.missed_reason not in NOBODYS
        if is_missed and not self.request_id and not self._has_message():
            self._inform(self._called(), lambda call: call._missed_words())

    def _tell_message(self, seconds):
        """A message was left, or, without seconds, nobody has spoken after the tone: then the call is missed."""
        if not seconds:
            if not self.request_id:
                self._inform(self._called(), lambda call: call._missed_words())
            return
        people = self._called()
        if self.line_id or not people:
            people |= self._supervisors()
        self._inform(people, lambda call: call._message_words(round(seconds)))

    # --- whom ---

    def _called(self):
        """Whose telephones have rung for it, and whose call it would have been, though he talks already (VOI-03)."""
        facts = self.env["connect.call.fact"].search([("call_id", "=", self.id), ("name", "=", "ringing")])
        rung = {user_id for fact in facts for user_id in fact.data.get("user_ids", ()) if user_id}
        people = self.env["res.users"].browse(rung)
        if rung or self.direction == "incoming" or self.missed_reason == "declined":  # else it never came to them
            people |= self.user_id | self.department_id.member_ids.user_id
        return (people - self.caller_user_id).filtered("active")

    def _supervisors(self):
        """Of the line, where it has some; else of the company, or its administrators."""
        on_line = self.line_id.member_ids.user_id.filtered(
            lambda user: user.active and user._has_group("connect_lines.group_supervisor")
        )
        staff = Domain("company_id", "=", self.company_id.id) & Domain("share", "=", False)
        for group in ("connect_lines.group_supervisor", "connect_lines.group_partner_admin"):
            on_line = on_line or on_line.search(staff & Domain("group_ids", "in", self.env.ref(group).ids), limit=TOLD)
        return on_line

    def _has_message(self):
        left = [("call_id", "=", self.id), ("name", "=", "voicemail")]
        return bool(self.env["connect.call.fact"].search_count(left, limit=1))

    # --- how ---

    def _inform(self, people, words):
        """:param words: gives subject and lines, of the call in the reader's language"""
        self._keep_participants(people)
        for (lang, tz), users in people.grouped(lambda user: (user.lang, user.tz)).items():
            call = self.with_company(self.company_id).with_context(lang=lang, tz=tz, mail_notify_force_send=False)
            try:
                with self.env.cr.savepoint():
                    call._send_notice(users, *words(call))
            except OperationalError:
                raise  # it collided with another transaction, which is begun again
            except Exception:  # the call's end is kept, whatever is wrong with the mail
                _logger.exception("Call %s: %s could not be told of it", self.key, users.mapped("login"))

    def _send_notice(self, users, subject, lines):
        link = Markup('<a href="/odoo/calls/%s">%s</a>') % (self.id, self.env._("Open the call"))
        self.env["mail.thread"].message_notify(
            partner_ids=users.partner_id.ids,
            author_id=self.company_id.partner_id.id,
            subject=subject,
            body=Markup().join(Markup("<p>%s</p>") % line for line in (*lines, link)),
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()  # in another process: a mail server may be slow

    def _missed_words(self):
        _ = self.env._
        subject = _("Missed call: %s", self._who_called())
        return subject, [self._when_called(), *self._where_called()]

    def _message_words(self, seconds):
        _ = self.env._
        subject = _("Message on the answering machine: %s", self._who_called())
        return subject, [_("Length: %s s", seconds), self._when_called(), *self._where_called()]

    def _who_called(self):
        number = self.caller_number or self.env._("Hidden number")
        name = self.partner_id.display_name or self.caller_user_id.name
        return f"{name} ({number})" if name and name != number else number

    def _when_called(self):
        moment = format_datetime(self.env, self.start_at, tz=self.env.context.get("tz") or "UTC", dt_format="short")
        return self.env._("Called: %s", moment)

    def _where_called(self):
        if self.department_id:
            return [self.env._("Department: %s", self.department_id.display_name)]
        return [self.env._("Line: %s", self.line_id.name)] if self.line_id else []
