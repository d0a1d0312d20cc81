from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError

from .connect_ticket_notice import ACTIVITIES


class ConnectTicket(models.Model):
    """Duplicates: one ticket goes on, the others are closed and point to it."""

    _inherit = "connect.ticket"

    def _merge_into(self, target):
        """Close these tickets as duplicates of ``target``; the caller may write all of them.

        Messages and files of the same person move to the target. Those of his colleague stay where he reads them.
        """
        target.ensure_one()
        (self | target).check_access("write")
        (self | target)._lock_to_merge()
        self._check_mergeable(target)
        for duplicate in self:
            same_person = duplicate.partner_id == target.partner_id
            if same_person:
                duplicate._hand_over(target)
            # sudo: the deadlines of a duplicate are nobody's concern any more
            duplicate.sudo().activity_unlink(list(ACTIVITIES.values()))
            duplicate.sudo().activity_ids.write({"res_id": target.id})  # sudo: those of colleagues, too
            duplicate.sudo().duplicate_of_id = target  # sudo: the link is the system's; rights were checked above
            duplicate.stage_id = self.env["connect.ticket.stage"]._first(duplicate.process, "cancelled")
            duplicate._tell_merged(target, same_person)
            target.message_post(
                body=self.env._("Ticket № %(number)s «%(summary)s» was a duplicate and is closed.",
                                number=duplicate.name, summary=duplicate.summary),
                subtype_xmlid="mail.mt_note",
            )  # fmt: skip

    def _lock_to_merge(self):
        """Two people who merge into each other at the same time: the later one waits here, fails, is called again by
        Odoo and finds his target closed. A lock without a write would let him go on with what he saw before."""
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE connect_ticket SET write_date = now() AT TIME ZONE 'UTC' WHERE id = ANY(%s)", [self.ids]
        )
        self.invalidate_recordset()

    def _check_mergeable(self, target):
        _ = self.env._
        if not self or target in self:
            raise UserError(_("Choose the ticket that goes on and at least one duplicate of it."))
        if not target._is_open():
            raise UserError(_("Ticket № %s is closed: merge into an open one.", target.name))
        for duplicate in self:
            if not duplicate._is_open():
                raise UserError(_("Ticket № %s is closed already.", duplicate.name))
            if (duplicate.line_id, duplicate.client_id) != (target.line_id, target.client_id):
                raise UserError(
                    _("Ticket № %s is of another line or client: only tickets of one client on one line are merged.",
                      duplicate.name)
                )  # fmt: skip

    def _hand_over(self, target):
        """Move what was said and sent, as it is."""
        # sudo: messages and files of both tickets, which the caller may write
        messages = self.sudo().message_ids.filtered(lambda message: message.message_type != "user_notification")
        messages.write({"res_id": target.id})
        # sudo: as above
        files = self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        files.write({"res_id": target.id})
        text = Markup("<br/>").join(Markup("<b>%s</b>: %s") % (label, line) for label, line in self._filled_details())
        if self.first_reply_at and not target.first_reply_at:
            # sudo: the history is the server's
            target.sudo()._note("replied", max(self.first_reply_at, target.create_date))
            target.sudo()._refresh_clock()  # sudo: as above
        if text:
            target.message_post(body=text, subject=self.display_name, subtype_xmlid="mail.mt_note")

    def _tell_merged(self, target, same_person):
        duplicate = self.with_context(lang=self.partner_id.lang or self.env.lang)
        _ = duplicate.env._
        body = (
            _("This ticket is a duplicate of № %s: the work goes on there.", target.name)
            if same_person
            else _("This ticket repeats one that is in work already. We close this one and go on there.")
        )
        duplicate.message_post(body=body, message_type="auto_comment", subtype_xmlid="mail.mt_comment")
