"""Scripts of calls (VOI-25, VOI-26): who writes them, whose they are, when they count as done."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import VoiceCase

STEPS = [
    {"name": "Greeting", "text": "Good day!\nHow can I help?", "field_ids": [(0, 0, {"name": "What for"})]},
    {
        "name": "End",
        "field_ids": [
            (0, 0, {"name": "Result", "kind": "choice", "options": "Solved\n\n Call back ", "is_required": True}),
            (0, 0, {"name": "Send a letter", "kind": "check"}),
        ],
    },
]


@tagged("post_install", "-at_install")
class TestScript(VoiceCase):
    def setUp(self):
        super().setUp()
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        self.person = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        self.script = (
            self.env["connect.script"]
            .with_user(self.supervisor_a)
            .create({"name": "Incoming", "step_ids": [(0, 0, step) for step in STEPS]})
        )
        self.line_a.with_user(self.admin_a).script_id = self.script
        self.env["connect.agent"].with_user(self.agent_a).set_status("free")
        self.runs = self.env["connect.script.run"].with_user(self.agent_a)

    def talk(self, channel="1", line=None):
        _answer, call = self.enter(self.person, f"**{(line or self.line_a).id}", channel)
        self.note(call, ("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        return call

    def opened(self):
        return self.runs.get_open_runs()["runs"]

    def test_it_opens_on_answer(self):
        """VOI-25: with the first word, for whoever has answered, once; a call that nobody took opens nothing."""
        _answer, missed = self.enter(self.person, f"**{self.line_a.id}", "0")
        self.note(missed, ("ended", {"cause": 19, "missed": "not_answered"}))
        self.assertEqual(self.opened(), [])
        call = self.talk()
        self.note(call, ("held", {"user_id": self.agent_a.id}), ("answered", {"user_id": self.agent_a.id}))
        (run,) = self.opened()
        self.assertEqual((run["call_id"], run["line_id"], run["partner_id"]),
                         (call.id, self.line_a.id, self.recipient_a.partner_id.id))  # fmt: skip
        self.assertEqual([step["name"] for step in run["form"]["steps"]], ["Greeting", "End"])
        self.assertEqual(run["form"]["steps"][1]["fields"][0]["options"], ["Solved", "Call back"])
        self.assertEqual(run["form"]["steps"][0]["text"], "Good day!\nHow can I help?")

    def test_outgoing(self):
        """VOI-25: in a call that the operator makes in the name of the line, it opens for him."""
        calls = self.env["connect.call"].with_user(self.agent_a)
        call = self.env["connect.call"].browse(
            calls.originate("", self.line_a.id, self.recipient_a.partner_id.id)["id"]
        )
        self.assertEqual(self.opened(), [])
        self.note(call, ("answered", {"user_id": 0, "channel": "x"}))
        self.assertEqual([run["call_id"] for run in self.opened()], [call.id])

    def test_done_by_the_last_button_alone(self):
        """VOI-26: the end of the call leaves it unfinished; what must be answered is asked for; then it is done."""
        call = self.talk()
        run = self.runs.browse(self.opened()[0]["id"])
        what, result, letter = [field["id"] for field in run.sudo()._fields_of_form()]
        run.save({what: " printer ", result: "nonsense", "0": "x", letter: "yes"}, 1)
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        (shown,) = self.opened()
        self.assertEqual((shown["step"], shown["answers"]), (1, {what: "printer", letter: False}))
        with self.assertRaisesRegex(UserError, "Result"):
            run.complete(shown["answers"])
        self.assertEqual(run.state, "open")
        self.assertTrue(run.complete({**shown["answers"], result: "Call back", letter: True}))
        self.assertEqual(
            (run.state, bool(run.finished_at), self.runs.get_open_runs()), ("done", True, {"count": 0, "runs": []})
        )
        self.assertEqual(run.answers_text, "What for: printer\nResult: Call back\nSend a letter: yes")
        for verb in (run.save, run.complete):
            with self.assertRaises(UserError):
                verb({})

    def test_a_run_keeps_its_script(self):
        """What an operator has begun does not change when somebody edits the script."""
        self.talk()
        self.script.with_user(self.supervisor_a).step_ids[0].unlink()
        self.assertEqual(len(self.opened()[0]["form"]["steps"]), 2)

    def test_whose(self):
        """ADM-07: an operator fills runs of his own calls; a supervisor reads them; nobody writes past the verbs."""
        self.talk()
        run = self.env["connect.script.run"].browse(self.opened()[0]["id"])
        for stranger in (self.supervisor_a, self.admin_a, self.agent_b, self.admin_b, self.recipient_a):
            for verb in ("save", "complete"):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(stranger), verb)({})
        self.assertEqual(self.runs.search([]).ids, run.ids)
        self.assertEqual(self.env["connect.script.run"].with_user(self.supervisor_a).search([]), run)
        with self.assertRaises(AccessError):
            run.with_user(self.agent_a).write({"state": "done"})

    def test_who_writes_scripts(self):
        """Supervisors and administrators of the company; a line takes no script of another one."""
        for stranger in (self.agent_a, self.recipient_a, self.user_distributor):
            with self.assertRaises(AccessError):
                self.env["connect.script"].with_user(stranger).create({"name": "x"})
        foreign = (
            self.env["connect.script"]
            .with_user(self.admin_b)
            .create({"name": "B", "kind": "url", "url": "https://b.example"})
        )
        with self.assertRaises(ValidationError):
            self.line_a.script_id = foreign
        with self.assertRaises(ValidationError):
            self.script.company_id = self.agent_b.company_id
        with self.assertRaises(AccessError):
            self.env["connect.script.step"].with_user(self.admin_b).create({"script_id": self.script.id, "name": "x"})

    def test_addresses(self):
        """A page of another system by https alone, without a login in its address."""
        make = self.env["connect.script"].with_user(self.supervisor_a).create
        for url in ("http://crm.example", "javascript:alert(1)", "https://", "https://a:b@crm.example", "//crm.example",
                    "data:text/html,x", "", False):  # fmt: skip
            with self.assertRaises(ValidationError):
                make({"name": "x", "kind": "url", "url": url})
        script = make({"name": "x", "kind": "url", "url": " https://crm.example/s?a=1 "})
        self.line_a.script_id = script
        self.talk()
        (run,) = self.opened()
        self.assertEqual(run["form"], {"name": "x", "kind": "url", "url": "https://crm.example/s?a=1", "steps": []})
        self.assertTrue(self.runs.browse(run["id"]).complete({}))

    def test_form(self):
        """Steps and questions are entered in the form; a choice needs something to choose from."""
        form = Form(self.env["connect.script"].with_user(self.supervisor_a))
        form.name = "New"
        with form.step_ids.new() as step:
            step.name = "One"
            with step.field_ids.new() as question:
                question.name = "Who"
        self.assertEqual(form.save().step_ids.field_ids.name, "Who")
        with self.assertRaises(ValidationError):
            self.script.step_ids[1].field_ids[0].options = "one"
        with self.assertRaises(ValidationError):
            self.env["connect.script"].create({"name": "empty"})
