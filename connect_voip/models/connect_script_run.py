"""A script on its way through one call: the answers, and whether it was brought to its end (VOI-25, VOI-26)."""

from odoo import api, fields, models
from odoo.addons.connect_lines.models.verbs import in_users_language
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from psycopg2.extras import Json

LONGEST = 4000  # characters of one answer
SHOWN = 20


class ConnectScriptRun(models.Model):
    """It begins when the operator answers and ends with «Завершить разговор» on the last step, and only then counts as
    done. It keeps the script as it was when it began. The bridge and the verbs below alone write it."""

    _name = "connect.script.run"
    _inherit = ["connect.plain.row"]
    _description = "Script in a Call"
    _order = "id desc"
    _log_access = False
    _rec_name = "script_id"

    call_id = fields.Many2one("connect.call", required=True, readonly=True, index=True, ondelete="restrict")
    script_id = fields.Many2one("connect.script", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Specialist", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    line_id = fields.Many2one(related="call_id.line_id")
    partner_id = fields.Many2one(related="call_id.partner_id")
    state = fields.Selection([("open", "Unfinished"), ("done", "Finished")], required=True, readonly=True)
    started_at = fields.Datetime("Begun", required=True, readonly=True)
    finished_at = fields.Datetime("Finished at", readonly=True)
    step = fields.Integer(readonly=True, aggregator=None)
    form = fields.Json("Script as it was", readonly=True)
    answers = fields.Json("Answers by question", readonly=True)
    answers_text = fields.Text("Answers", compute="_compute_answers_text")

    _once = models.UniqueIndex("(call_id, user_id)")
    _open = models.Index("(user_id, id) WHERE state = 'open'")

    @api.depends("form", "answers")
    def _compute_answers_text(self):
        words = {True: self.env._("yes"), False: self.env._("no")}
        for run in self:
            given = run.answers or {}
            run.answers_text = "\n".join(
                f"{field['label']}: {words.get(given[field['id']], given[field['id']])}"
                for field in run._fields_of_form()
                if given.get(field["id"]) not in (None, "")
            )

    # --- public ---

    @api.model
    @in_users_language
    def get_open_runs(self):
        """The caller's own scripts that are not finished, the latest first.

        :return: ``{"count": int, "runs": [{"id", "call_id", "line_id", "partner_id", "step": int, "answers": {field id:
            value}, "form": {"name", "kind", "url", "steps": [{"name", "text", "fields": [{"id", "label", "kind",
            "options", "required"}]}]}}, at most 20]}``
        :rtype: dict
        """
        # sudo: connect.script.run - the caller's own
        runs = self.sudo().search([("user_id", "=", self.env.uid), ("state", "=", "open")])
        return {"count": len(runs), "runs": [run._to_client() for run in runs[:SHOWN]]}

    @in_users_language
    def save(self, answers, step=0):
        """Keep what has been answered so far. True.

        :param dict answers: values by field id: text, one of the answers to choose from, or a bool
        :param int step: the step that the caller looks at, from 0 on
        :raise AccessError: it is somebody else's
        :raise UserError: it is finished
        """
        run = self._own_run()
        last = max(len(run.form["steps"]) - 1, 0)
        step = min(max(step if isinstance(step, int) else 0, 0), last)
        run._set_row({"answers": Json(run._read_answers(answers)), "step": step})
        return True

    @in_users_language
    def complete(self, answers):
        """«Завершить разговор»: the script closes, the call counts as correctly processed. True.

        :param dict answers: as for ``save``
        :raise AccessError: it is somebody else's
        :raise UserError: it is finished, or a question is open that must be answered
        """
        run = self._own_run()
        given = run._read_answers(answers)
        missing = [each["label"] for each in run._fields_of_form() if each["required"] and not given.get(each["id"])]
        if missing:
            raise UserError(self.env._("Not answered yet: %s.", ", ".join(missing)))
        run._set_row({"answers": Json(given), "state": "done", "finished_at": NOW})
        self.env.user._bus_send("connect.script/changed", {"id": run.id})
        return True

    # --- how ---

    @api.model
    def _begin(self, call, user):
        """The operator has answered a call on a line with a script."""
        script = call.line_id.script_id
        if not script or not script.active:
            return
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_script_run
                          (call_id, script_id, user_id, company_id, state, started_at, step, form, answers)
                   VALUES (%s, %s, %s, %s, 'open', %s, 0, %s, '{}') ON CONFLICT (call_id, user_id) DO NOTHING""",
                call.id,
                script.id,
                user.id,
                call.company_id.id,
                NOW,
                Json(script._form()),
            )
        )

    def _own_run(self):
        """The run in sudo, locked, when it is the caller's and not finished."""
        self.ensure_one()
        run = self.sudo().exists()  # whose it is, is checked in the next line
        if run.user_id != self.env.user:
            raise AccessError(self.env._("This is not your script."))
        self.env.cr.execute("SELECT state FROM connect_script_run WHERE id = %s FOR NO KEY UPDATE", [run.id])
        if self.env.cr.fetchone()[0] != "open":
            raise UserError(self.env._("This script is finished already."))
        return run

    def _fields_of_form(self):
        return [field for step in (self.form or {}).get("steps", ()) for field in step["fields"]]

    def _read_answers(self, answers):
        """What of these answers belongs to the form; anything else is left out."""
        given = answers if isinstance(answers, dict) else {}
        read = {}
        for field in self._fields_of_form():
            value = given.get(field["id"])
            if field["kind"] == "check":
                read[field["id"]] = value is True
            elif isinstance(value, str) and (field["kind"] == "text" or value in field["options"]):
                read[field["id"]] = value[:LONGEST].strip()
        return read

    def _to_client(self):
        return {
            "id": self.id,
            "call_id": self.call_id.id,
            "line_id": self.line_id.id,
            "partner_id": self.partner_id.id,
            "step": self.step,
            "answers": self.answers or {},
            "form": self.form,
        }
