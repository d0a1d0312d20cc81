"""What is said in a ticket: mails that make one, first replies, answers that wake it, letters that go out."""

from markupsafe import Markup
from odoo import SUPERUSER_ID, api, models

from .connect_ticket_fields import TITLE_LIMIT
from .verbs import trusted

TALK = ("comment", "email")


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    # ------------------------------------------------------------
    # mail in
    # ------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A ticket from a mail: on the line of the alias, for the recipient who has the sender's address
        (``connect.line._alias_get_error`` has made sure that there is one)."""
        line = self.env["connect.line"].browse((custom_values or {}).get("line_id")).exists()
        sender = line._ticket_sender(msg_dict.get("email_from")) if line else self.env["res.partner"]
        rule = self.env["connect.ticket.rule"]._manual(line)
        topic = rule.topic_id
        msg_dict["author_id"] = sender.id
        subject = (msg_dict.get("subject") or "").strip()
        return self.create(
            {
                "line_id": line.id,
                "partner_id": sender.id,
                "summary": subject[:TITLE_LIMIT] or self.env._("Mail without a subject"),
                "type_id": rule.type_id.id or self._default_type().id,
                "topic_id": (topic if topic and topic._fits(line) else self.env.ref("connect_lines.topic_other")).id,
                "priority": rule.priority or "normal",
                "origin": "mail",
            }
        )

    def _partner_find_from_emails(self, records_emails, filter_found=None, **options):
        """Whose an address in a mail is: somebody with it at another service company is another person."""
        companies = (self.owner_id | self.company_id).ids

        def is_ours(partner):
            return (not partner.company_id or partner.company_id.id in companies) and (
                not filter_found or filter_found(partner)
            )

        return super()._partner_find_from_emails(
            records_emails, filter_found=is_ours if self else filter_found, **options
        )

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """A robot that answers our letters with new mails is stopped by Odoo's counter."""
        return [("origin", "=", "mail"), ("partner_id.email_normalized", "=", email_from_normalized)]

    # ------------------------------------------------------------
    # what a message does
    # ------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        super()._message_post_after_hook(message, msg_values)
        ticket = trusted(self).sudo()  # sudo: stages and the history follow from what was said, whoever said it
        if message.message_type not in TALK or message.sudo().subtype_id != self.env.ref("mail.mt_comment"):
            return
        author = message.sudo().author_id  # sudo: whose message it is
        if author == ticket.partner_id:
            ticket._on_client_message(message)
        elif not ticket.first_reply_at and any(not user.share for user in author.user_ids):
            ticket._note("replied")
            ticket._refresh_clock()

    def _on_client_message(self, message):
        """The client's words end the waiting for him, and reopen what was done."""
        if self.duplicate_of_id:
            return
        if self.stage_kind in ("waiting", "done"):
            self.stage_id = self.env["connect.ticket.stage"]._first(self.process, "work")
        if message.message_type == "email" and self.origin == "mail":
            mails = self.message_ids.filtered(lambda each: each.message_type == "email")
            if mails == message:
                self._confirm_receipt()

    # ------------------------------------------------------------
    # mail out
    # ------------------------------------------------------------

    def _confirm_receipt(self):
        """Tell the client the number, in his language; his answer to the letter comes into the ticket."""
        for ticket in self:
            ticket = ticket.with_context(lang=ticket.partner_id.lang or self.env.lang)
            ticket.message_post(
                body=Markup("<p>%s</p>")
                % ticket.env._(
                    "Your ticket № %(number)s «%(summary)s» is registered. "
                    "To add something, answer this letter or write in the ticket. We will tell you when there is news.",
                    number=ticket.name,
                    summary=ticket.summary,
                ),
                subject=ticket.env._("Ticket № %(number)s: %(summary)s", number=ticket.name, summary=ticket.summary),
                author_id=ticket.owner_id.partner_id.id,
                message_type="auto_comment",
                subtype_xmlid="mail.mt_comment",
            )

    def _tell_stage(self, mover):
        """Tell the client that his ticket is closed, and each step of a wish (LIN-60); called in superuser mode."""
        self.ensure_one()
        if self.duplicate_of_id or mover.partner_id == self.partner_id or (self.process != "wish" and self._is_open()):
            return
        ticket = self.with_context(lang=self.partner_id.lang or self.env.lang)
        _ = ticket.env._
        lines = [_("The state of your ticket: %s.", ticket.stage_id.name)]
        if ticket.stage_kind == "done":
            lines.append(_("If something is still wrong, answer: the ticket will be opened again."))
        is_person = not mover.share and mover.id != SUPERUSER_ID
        ticket.message_post(
            body=Markup().join(Markup("<p>%s</p>") % line for line in lines),
            author_id=(mover if is_person else ticket.owner_id).partner_id.id,
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _message_compute_subject(self):
        """Letters about a ticket name it by its number."""
        self.ensure_one()
        return self.env._("Ticket № %(number)s: %(summary)s", number=self.name, summary=self.summary)

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers come back to the line's own address where it has one."""
        replies = super()._notify_get_reply_to(default=default, author_id=author_id)
        for ticket in self.sudo():  # sudo: the address of the line
            email = ticket.line_id.ticket_email
            if email:
                replies[ticket.id] = ticket._notify_get_reply_to_formatted_email(email, author_id=author_id)
        return replies
