"""Tickets from outside: the form of the portal and integrations. One checked verb, for recipients and specialists."""

from odoo import api, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from psycopg2.errors import UniqueViolation

from .connect_ticket_fields import DETAILS, PRIORITIES, TEXT_LIMIT, TITLE_LIMIT, form_of, mandatory_of
from .verbs import in_users_language

KEY_LIMIT = 200
CAPTURED = ("os_version", "browser_version")


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    @api.model
    @in_users_language
    def submit(
        self, line_id, type_code, topic_id, summary, details=None, recipient_id=False, priority="normal",
        idempotency_key="",
    ):  # fmt: skip
        """File a ticket with everything its type asks for (LIN-55..58).

        :param int line_id: a line that is connected to the recipient
        :param str type_code: ``incident``, ``other`` or ``wish``
        :param int topic_id: a topic of the line
        :param str summary: the title, at most 200 characters
        :param dict details: texts by name. For an incident ``incident_time``, ``description``, ``occurrence`` (``once``
            or ``repeated``), ``affected`` and ``contact`` are mandatory, ``actions_taken``, ``versions`` and
            ``other_info`` are not; else ``situation`` and ``desired_result`` are, ``actions_taken`` and ``other_info``
            are not
        :param int recipient_id: for whom a specialist files it; nothing for oneself
        :param str priority: ``normal``, ``high`` or ``blocking``
        :param str idempotency_key: a second call with the same key answers with the same ticket and does nothing
        :return: ``{"id": int, "name": "000001", "stage": str}``
        :rtype: dict
        :raise AccessError: the line or the person is not the caller's
        :raise UserError: something is missing or does not fit; the text says what
        """
        return self._submit(
            line_id, type_code, topic_id, summary, details, recipient_id, priority, idempotency_key, origin="api"
        )

    @api.model
    def _submit(self, line_id, type_code, topic_id, summary, details, recipient_id, priority, idempotency_key, origin):
        recipient = self._check_submitter(line_id, recipient_id)
        line = self.env["connect.line"].browse(line_id)
        if known := self._of_key(recipient, idempotency_key):
            return known._to_submitted()
        values = self._checked_form(line, type_code, topic_id, summary, details or {}, priority)
        values |= {"line_id": line.id, "partner_id": recipient.id}
        values["idempotency_key"] = idempotency_key or False
        own = recipient == self.env.user.partner_id
        values["origin"] = origin
        if own:
            refusal = line._refusal(recipient)
            if refusal:
                raise UserError(refusal[1])
        try:
            # sudo: recipients file tickets by this verb alone; for specialists _check_submitter has checked the rules
            ticket = self.sudo().create(values)
        except UniqueViolation as overtaken:  # the same key at the same time: Odoo calls again, and finds the ticket
            raise ConcurrencyError("The ticket of this key has just been filed") from overtaken
        if own:
            ticket._confirm_receipt()
        return ticket._to_submitted()

    # ------------------------------------------------------------
    # checks
    # ------------------------------------------------------------

    @api.model
    def _check_submitter(self, line_id, recipient_id):
        """The person for whom the caller may file a ticket on the line; one answer for missing and foreign ids."""
        refused = self.env._("This line or person is not among yours. Ask your administrator to connect the line.")
        ids = [value for value in (line_id, recipient_id or 0) if type(value) is int]
        if len(ids) != 2:
            raise AccessError(refused)
        own = self.env.user.partner_id
        partner = self.env["res.partner"].browse(recipient_id or own.id)
        # sudo: a yes or no about the caller's own connection, or one whose parties he can read
        connected = self.env["connect.line.connection"].sudo()
        if not connected.search_count([("line_id", "=", line_id), ("partner_id", "=", partner.id)], limit=1):
            raise AccessError(refused)
        if partner != own:
            serves = self.has_access("create") and self.env["connect.line.connection"].search_count(
                [("line_id", "=", line_id), ("partner_id", "=", partner.id)], limit=1
            )
            if not serves or not self._may_file_for(line_id, partner):
                raise AccessError(refused)
        return partner

    @api.model
    def _may_file_for(self, line_id, partner):
        """Whether the caller's rules let him make a ticket there: asked of a ticket that is never stored."""
        line = self.env["connect.line"].sudo().browse(line_id)  # sudo: who serves it
        user = self.env.user
        if user.has_group("connect_lines.group_platform"):
            return True
        serving = line.company_id | line._serving_company(partner)
        is_member = user in line.member_ids.user_id or user.has_group("connect_lines.group_supervisor")
        return is_member and user.company_id in serving and line._can_serve(user.company_id)

    @api.model
    def _of_key(self, recipient, key):
        if not key:
            return self
        if not isinstance(key, str) or len(key) > KEY_LIMIT:
            raise UserError(self.env._("The key is a text of at most %s characters.", KEY_LIMIT))
        # sudo: the caller's right to the recipient was checked
        return self.sudo().search([("partner_id", "=", recipient.id), ("idempotency_key", "=", key)], limit=1)

    @api.model
    def _checked_form(self, line, type_code, topic_id, summary, details, priority):
        """The values of a filled form, or a UserError that names everything that is missing."""
        _ = self.env._
        kind = self.env["connect.ticket.type"].search([("code", "=", str(type_code or ""))])
        if not kind:
            codes = ", ".join(self.env["connect.ticket.type"]._all().mapped("code"))
            raise UserError(_("Choose the type of the ticket, one of: %s.", codes))
        topic = self.env["connect.topic"]._of_line(line).filtered(lambda each: each.id == topic_id)
        if not topic:
            raise UserError(_("Choose a topic of the line."))
        if priority not in dict(PRIORITIES):
            raise UserError(_("The priority is one of: %s.", ", ".join(dict(PRIORITIES))))
        texts = self._checked_texts(kind, summary, details)
        return {"type_id": kind.id, "topic_id": topic.id, "priority": priority, **texts}

    @api.model
    def _checked_texts(self, kind, summary, details):
        _ = self.env._
        if not isinstance(details, dict) or not all(isinstance(text, str) for text in (summary, *details.values())):
            raise UserError(_("The title and the details are texts."))
        unknown = sorted(set(details) - {*DETAILS, *CAPTURED})
        if unknown:
            raise UserError(_("A ticket has no field %s.", ", ".join(unknown)))
        asked = (*form_of(kind.code), *CAPTURED)
        texts = {name: text.strip() for name, text in details.items() if name in asked and text.strip()}
        texts["summary"] = summary.strip()
        labels = self.fields_get([*texts, *mandatory_of(kind.code)], ["string"])
        missing = [name for name in ("summary", *mandatory_of(kind.code)) if not texts.get(name)]
        if missing:
            raise UserError(_("Fill in: %s.", ", ".join(labels[name]["string"] for name in missing)))
        for name, text in texts.items():
            limit = TITLE_LIMIT if name == "summary" else TEXT_LIMIT
            if len(text) > limit:
                raise UserError(
                    _("«%(field)s» is longer than %(limit)s characters. Shorten it or add a file.",
                      field=labels[name]["string"], limit=limit)
                )  # fmt: skip
        if texts.get("occurrence", "once") not in ("once", "repeated"):
            raise UserError(_("How often it happened is one of: once, repeated."))
        return texts

    @api.model
    def _captured(self, partner):
        """System and browser with which a person was seen last, for what is filed in his name (LIN-58)."""
        # sudo: the person's devices, whoever files the ticket
        device = self.env["res.device"].sudo().search(
            [("user_id.partner_id", "=", partner.id)], order="last_activity desc", limit=1
        )  # fmt: skip
        return {
            "os_version": (device.platform or "").title() or False,
            "browser_version": (device.browser or "").title() or False,
        }

    def _to_submitted(self):
        self.ensure_one()
        return {"id": self.id, "name": self.name, "stage": self.stage_id.name}
