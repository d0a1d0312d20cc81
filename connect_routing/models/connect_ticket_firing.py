"""A rule that creates tickets has fired for a request. Once per rule and request, whatever happens.

Telling people about a request (``connect.request._on_settled``) adds what is due here with one statement and wakes
the job; the job makes the tickets, away from the dispatcher's lane. A row stays for ever: it is the mark that the rule
has fired. A crash between the two leaves it due.
"""

import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

AT_ONCE = 50  # tickets one run of the job makes before it lets others run
DUE = """
INSERT INTO connect_ticket_firing (rule_id, request_id, state)
SELECT rule.id, request.id, 'due'
  FROM connect_request request
  JOIN connect_ticket_rule rule ON rule.line_id = request.line_id AND rule.active
   AND request.opened_at >= date_trunc('second', rule.create_date)
 WHERE request.id = ANY(%s)
   AND CASE rule.trigger
       WHEN 'request' THEN request.kind <> 'work'
       WHEN 'missed' THEN request.is_missed
       WHEN 'call' THEN request.kind = 'call'
       WHEN 'first' THEN request.kind <> 'work' AND NOT EXISTS (
            SELECT FROM connect_request earlier WHERE earlier.line_id = request.line_id
               AND earlier.partner_id = request.partner_id AND earlier.id < request.id)
       ELSE FALSE END
ON CONFLICT (rule_id, request_id) DO NOTHING
"""


class ConnectTicketFiring(models.Model):
    _name = "connect.ticket.firing"
    _description = "Rule of tickets that fired for a request"
    _log_access = False
    _order = "id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("connect.ticket.rule", "Rule", required=True, ondelete="cascade")
    request_id = fields.Many2one("connect.request", "Request", required=True, ondelete="cascade", index=True)
    ticket_id = fields.Many2one("connect.ticket", "Ticket", ondelete="restrict", index="btree_not_null")
    state = fields.Selection([("due", "Due"), ("done", "Done"), ("refused", "Refused")], "State", required=True)
    reason = fields.Char("Why there is no ticket")
    line_id = fields.Many2one(related="rule_id.line_id", string="Line")
    trigger = fields.Selection(related="rule_id.trigger")
    partner_id = fields.Many2one(related="request_id.partner_id", string="User")
    opened_at = fields.Datetime(related="request_id.opened_at", string="Request opened")

    _once = models.UniqueIndex("(rule_id, request_id)")
    _waiting = models.Index("(id) WHERE state = 'due'")
    _refused = models.Index("(rule_id, id DESC) WHERE state = 'refused'")

    @api.model
    def _note(self, requests):
        """In the transaction that tells people about these requests: what the rules of their lines want."""
        self.env.cr.execute(SQL(DUE, requests.ids))
        if self.env.cr.rowcount:
            self.env.ref("connect_routing.ir_cron_tickets")._trigger()

    @api.model
    def _cron_fire(self):
        """Make the tickets that are due. Parallel runs take different rows."""
        for _number in range(AT_ONCE):
            self.env.cr.execute(
                """SELECT id FROM connect_ticket_firing WHERE state = 'due' ORDER BY id LIMIT 1
                   FOR NO KEY UPDATE SKIP LOCKED"""
            )
            row = self.env.cr.fetchone()
            if not row:
                return
            self.browse(row[0])._fire()
            self.env["connect.dispatcher"]._commit()
        self.env.ref("connect_routing.ir_cron_tickets")._trigger()

    def _fire(self):
        """Make the ticket, or say why there is none; another row is not held up by it."""
        self.invalidate_recordset()
        # who reads it is the administrator of the company that has the rule
        self = self.with_context(lang=self.rule_id.company_id.partner_id.lang or self.rule_id.create_uid.lang)
        try:
            with self.env.cr.savepoint():
                ticket = self.env["connect.ticket"].create(self._ticket_values())
                self.write({"state": "done", "ticket_id": ticket.id})
        except OperationalError:
            raise  # another transaction was faster: Odoo calls the job again
        except Exception as refused:  # of one tenant's rule; those of the others go on
            self.write({"state": "refused", "reason": self._reason(refused)})

    def _reason(self, refused):
        """In words for the administrator: what he can mend himself, or where somebody else looks."""
        if isinstance(refused, UserError) and not isinstance(refused, AccessError):
            _logger.info("Rule %s made no ticket for request %s: %s", self.rule_id.id, self.request_id.id, refused)
            return str(refused)
        _logger.error("Rule %s made no ticket for request %s", self.rule_id.id, self.request_id.id, exc_info=refused)
        return self.env._("An error of the program. The administrator of the installation finds it in the log.")

    def _ticket_values(self):
        rule, request = self.rule_id, self.request_id
        assignable = self.env["connect.ticket"]._assignable
        return {
            "line_id": request.line_id.id,
            "partner_id": request.partner_id.id,
            "type_id": rule.type_id.id,
            "topic_id": rule.topic_id.id,
            "priority": rule.priority,
            "user_id": assignable(rule.user_id + request.user_id, request.line_id, request.partner_id)[:1].id,
            "summary": rule.summary,
            "origin": "rule",
            "rule_id": rule.id,
            "request_id": request.id,
        }
