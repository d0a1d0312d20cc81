from odoo.addons.connect_routing.models.connect_dispatcher import DISPATCHING
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestSkills(RoutingCase):
    """Skills and languages that a line demands, and how they fade with waiting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.cash = cls.skill("Cash registers")
        cls.english = cls.skill("English", cls.env.ref("base.lang_en"))
        cls.line.write({"use_skills": True, "skill_ids": [(0, 0, {"skill_id": cls.cash.id, "level": "2"})]})

    @classmethod
    def skill(cls, name, lang=None, company=None):
        values = {"name": name, "company_id": (company or cls.company).id, "lang_id": lang and lang.id}
        return cls.env["connect.skill"].create(values)

    def give(self, user, level, skill=None):
        values = {"user_id": user.id, "skill_id": (skill or self.cash).id, "level": level}
        return self.env["connect.skill.level"].create(values)

    def pass_time(self, request, seconds):
        """The request, and what is to be done about it, becomes older by so many seconds; then the clock looks."""
        ago = f"interval '{seconds} seconds'"
        self.env.cr.execute(f"UPDATE connect_request SET queued_at = queued_at - {ago} WHERE id = %s", [request.id])
        self.env.cr.execute(f"UPDATE connect_timer SET due_at = due_at - {ago} WHERE request_id = %s", [request.id])
        self.env["connect.timer"]._run_due()
        self.dispatch()

    def timers(self, request):
        return self.env["connect.timer"].search([("request_id", "=", request.id), ("kind", "=", "skill")])

    # --- the rule ---

    def test_a_request_waits_for_the_skill_though_others_are_free(self):
        """The free specialist without the skill gets nothing; who has it is served as soon as he comes."""
        self.give(self.medium, "3")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual((request.state, request.is_missed), ("queued", True))
        self.set_status(self.medium, "free")
        self.dispatch()
        self.assertEqual(request.user_id, self.medium)

    def test_relaxation_fires_by_itself(self):
        """After N seconds any level is enough, after M the skill is only preferred; a timer stands for each."""
        self.give(self.medium, "3")
        self.give(self.high, "1")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        [timer] = self.timers(request)
        self.assertAlmostEqual((timer.due_at - request.queued_at).total_seconds(), 30, delta=2)
        self.pass_time(request, 25)
        self.assertEqual(request.state, "queued")
        self.pass_time(request, 5)
        self.assertEqual(request.user_id, self.high, "at any level")
        self.assertEqual(request.decision_ids.sorted("seq")[-1].pool_seen["stage"], 1)

    def test_at_last_anybody_gets_it(self):
        """Nobody waits for ever because of a skill; the second timer follows the first."""
        self.give(self.medium, "3")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.pass_time(request, 30)
        self.assertEqual(request.state, "queued")
        [timer] = self.timers(request)
        self.assertAlmostEqual((timer.due_at - request.queued_at).total_seconds(), 120, delta=2)
        self.pass_time(request, 90)
        self.assertEqual(request.user_id, self.high)
        self.assertFalse(self.timers(request))

    def test_a_skill_that_nobody_has_is_not_waited_for(self):
        """At once as if it were not demanded; the one who has a lower level counts as much as there is."""
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        self.assertEqual(self.write_to_line(self.anna).user_id, self.high)
        self.give(self.medium, "1")
        self.assertEqual(self.write_to_line(self.boris).user_id, self.medium)

    def test_who_fits_better_is_asked_first(self):
        """Skill before priority, priority among those who fit alike (ROU-17)."""
        self.give(self.medium, "2")
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        self.assertEqual(self.write_to_line(self.anna).user_id, self.medium)
        self.give(self.high, "3")
        self.assertEqual(self.write_to_line(self.boris).user_id, self.high)

    def test_the_person_speaks_a_language(self):
        """The language of the person's card, where the line demands it and the company has a skill for it."""
        self.line.write({"skill_ids": [(5,)], "language_level": "1"})
        self.give(self.medium, "1", self.english)
        self.anna.partner_id.lang, self.boris.partner_id.lang = "en_US", "ru_RU"
        self.set_status(self.high, "free")
        english, russian = self.line._contact(self.anna.partner_id), self.line._contact(self.boris.partner_id)
        self.dispatch()
        self.assertEqual((english.language, russian.language), ("en_US", "ru_RU"))
        self.assertEqual((english.state, russian.user_id), ("queued", self.high), "passed: nobody free fitted it")
        self.set_status(self.medium, "free")
        self.dispatch()
        self.assertEqual(english.user_id, self.medium)

    def test_switching_the_language_on_counts_for_those_who_wait(self):
        """Who waits already is asked for his language, too."""
        self.line.use_skills = False
        self.anna.partner_id.lang = "en_US"
        self.give(self.medium, "1", self.english)
        request = self.write_to_line(self.anna)
        self.assertFalse(request.language)
        self.line.write({"use_skills": True, "skill_ids": [(5,)], "language_level": "1"})
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual((request.language, request.state), ("en_US", "queued"))
        self.line.language_level = False
        self.dispatch()
        self.assertEqual(request.user_id, self.high)

    def test_calls_are_a_kind_of_their_own(self):
        """ROU-06: who takes chats alone passes by the call that demands the same; it has its own timer."""
        self.give(self.high, "2")
        self.give(self.medium, "2")
        self.set_status(self.high, "not_ready_chat")
        call = self.line._contact(self.anna.partner_id, kind="call")
        chat = self.line._contact(self.boris.partner_id)
        self.dispatch()
        self.assertEqual((call.state, chat.user_id), ("queued", self.high))
        self.set_status(self.medium, "free")
        self.dispatch()
        self.assertEqual(call.user_id, self.medium)

    def test_the_queue_stays_a_queue(self):
        """ROU-21: among those who demand alike nobody is passed by; freed capacity takes the oldest that fits."""
        self.line.capacity = 1
        self.give(self.medium, "2")
        first, second = self.write_to_line(self.anna), self.write_to_line(self.boris)
        self.set_status(self.medium, "free")
        self.dispatch()
        self.assertEqual((first.user_id, second.state), (self.medium, "queued"))
        first.with_user(self.medium).finish()
        self.dispatch()
        self.assertEqual(second.user_id, self.medium)

    def test_the_timer_goes_on_with_the_next_when_people_take_the_first(self):
        """The oldest was pulled out by hand: the next one has its own moment, not that of the first."""
        self.give(self.medium, "3")
        self.set_status(self.high, "free")
        first, second = self.write_to_line(self.anna), self.write_to_line(self.boris)
        self.assertFalse(self.timers(second))
        self.line.with_user(self.high).pull_queue(1)
        self.dispatch()
        self.assertEqual(first.user_id, self.high)
        self.assertTrue(self.timers(second))
        self.pass_time(second, 120)
        self.assertEqual(second.user_id, self.high)

    def test_every_rule_of_delivery_keeps_its_meaning(self):
        """ROU-28, ROU-37: the client's own specialist, and who had the person before, if they fit."""
        self.give(self.medium, "3")
        for user in (self.high, self.medium):
            self.set_status(user, "free")
        self.line.delivery_rule = "manager"
        self.client_company.connect_support_id = self.high
        request = self.write_to_line(self.anna)
        self.assertEqual(request.user_id, self.medium, "the own specialist lacks the skill")
        self.give(self.high, "2")
        self.assertEqual(self.write_to_line(self.boris).user_id, self.high)
        self.line.delivery_rule = "balanced"
        request.with_user(self.medium).finish()
        self.dispatch()
        self.assertEqual(self.write_to_line(self.anna).user_id, self.medium, "the least loaded of those who fit")

    def test_first_line_serves_its_own_people_with_the_vendors_skills(self):
        """LIN-24, ROU-31: skills of the vendor's catalogue, given to a partner's specialist who serves his line."""
        self.other_company.connect_is_vendor = True
        line = self.env["connect.line"].create(
            {"name": "Vendor line", "company_id": self.other_company.id, "is_published": True, "use_skills": True}
        )
        self.env["connect.line.grant"].create({"line_id": line.id, "company_id": self.company.id, "first_line": True})
        tax = self.skill("Tax", company=self.other_company)
        with self.assertRaisesRegex(ValidationError, "own specialists"), self.env.cr.savepoint():
            self.give(self.high, "2", tax)
        self.env["connect.line.member"].create(
            [{"line_id": line.id, "user_id": user.id} for user in (self.high, self.medium, self.stranger)]
        )
        self.give(self.high, "2", tax)
        self.give(self.stranger, "2", tax)
        line.skill_ids = [(0, 0, {"skill_id": tax.id, "level": "2"})]
        foreign = self.env["res.partner"].create({"name": "Foreign", "company_id": self.other_company.id})
        self.env["connect.line.connection"].create(
            [{"line_id": line.id, "partner_id": partner.id} for partner in (foreign, self.anna.partner_id)]
        )
        self.set_status(self.medium, "free")
        older, younger = line._contact(foreign), line._contact(self.anna.partner_id)
        self.dispatch()
        self.assertEqual((older.state, younger.state), ("queued", "queued"), "free, and without the skill")
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual((older.state, younger.user_id), ("queued", self.high))
        self.set_status(self.stranger, "free")
        self.dispatch()
        self.assertEqual(older.user_id, self.stranger)

    def test_a_lower_limit_of_the_answer_asks_who_else_fits(self):
        """«Ответить за»: it is taken away only when somebody else fits it."""
        self.line.reply_timeout = 60
        self.give(self.high, "2")
        self.give(self.medium, "2")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertTrue(self.env["connect.dispatcher"]._has_others(request) is False)
        self.set_status(self.observer, "free")
        self.line.member_ids.filtered(lambda m: m.user_id == self.observer).priority = "standard"
        self.assertFalse(self.env["connect.dispatcher"]._has_others(request), "free, and without the skill")
        self.set_status(self.medium, "free")
        self.assertTrue(self.env["connect.dispatcher"]._has_others(request))

    def test_a_skill_given_or_taken_moves_the_queue(self):
        """Assigning and removing skills is a trigger like a status (ROU-21)."""
        self.give(self.medium, "3")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.give(self.high, "2")
        self.dispatch()
        self.assertEqual(request.user_id, self.high)
        other = self.write_to_line(self.boris)
        self.assertEqual(other.user_id, self.high)

    def test_nobody_has_it_any_more(self):
        """The last one who had it lost it: what waited is not waiting for him."""
        level = self.give(self.medium, "3")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.state, "queued")
        level.unlink()
        self.dispatch()
        self.assertEqual(request.user_id, self.high)

    def test_no_place_is_told_while_younger_ones_may_come_first(self):
        """The place is a promise: by language it is told as soon as the request takes anybody; by skills of the line,
        which all demand alike, it is told at once."""
        self.give(self.medium, "3")
        english, russian = self.write_to_line(self.anna), self.write_to_line(self.boris)
        self.assertEqual((english._queue_position(), russian._queue_position()), (1, 2))
        self.line.write({"skill_ids": [(5,)], "language_level": "1"})
        self.give(self.medium, "1", self.english)
        self.env.cr.execute("UPDATE connect_request SET language = 'ru_RU' WHERE id = %s", [russian.id])
        self.env.invalidate_all()
        self.assertEqual((english._queue_position(), russian._queue_position()), (0, 2), "nobody speaks Russian")
        self.assertEqual(self.line.with_user(self.anna).open_request()["position"], 0)
        self.pass_time(english, 120)
        self.assertEqual((english._queue_position(), russian._queue_position()), (1, 2))

    def test_lines_without_skills_pay_nothing(self):
        """Off by default: no column is filled, no further statement is made."""
        self.line.use_skills = False
        self.set_status(self.high, "free")
        dispatcher = self.env["connect.dispatcher"].with_context(connect_dispatching=DISPATCHING)
        self.line._contact(self.anna.partner_id)
        self.env.flush_all()
        self.env.cr.postcommit.clear()
        with self.assertQueryCount(2):  # the look and the claim
            dispatcher._step(self.line.id)
        request = self.env["connect.request"]._open_of(self.line, self.anna.partner_id)
        self.assertEqual((request.language, request.user_id), (False, self.high))
        self.assertNotIn("stage", request.decision_ids.sorted("seq")[-1].pool_seen)

    # --- words ---

    def test_explained_in_words(self):
        """Why it waited, who lacked what, how far it was insisted on."""
        self.give(self.medium, "3")
        self.give(self.high, "1")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        text = request.with_user(self.supervisor).explain()["text"]
        self.assertIn("Demanded: Cash registers (confident).", text)
        self.assertIn("High — lacks: Cash registers (confident)", text)
        self.pass_time(request, 30)
        text = request.with_user(self.supervisor).explain()["text"]
        self.assertIn("Demanded: Cash registers (confident). After the long wait any level is enough.", text)

    def test_the_line_says_what_it_does(self):
        """The sentence in the line's form."""
        self.line.language_level = "1"
        self.assertIn("needs: Cash registers (confident), the person's language (basic)", self.line.summary)
        self.assertIn(
            "After 30 s of waiting any level is enough, after 120 s the skill is only pref", self.line.summary
        )
        self.line.use_skills = False
        self.assertNotIn("needs", self.line.summary)

    # --- who may ---

    def test_supervisors_give_and_take_skills(self):
        """ADM-03: supervisors do, specialists read, other tenants know nothing."""
        mine = self.env["connect.skill.level"].with_user(self.supervisor)
        level = mine.create({"user_id": self.high.id, "skill_id": self.cash.id, "level": "1"})
        level.level = "3"
        self.assertEqual(level.with_user(self.high).level, "3")
        for user in (self.high, self.stranger, self.anna):
            with self.assertRaises(AccessError):
                level.with_user(user).level = "1"
        with self.assertRaises(AccessError):
            level.with_user(self.stranger).read(["level"])
        form = Form(self.env["connect.skill"].with_user(self.supervisor))
        form.name = "Tax"
        with form.level_ids.new() as row:
            row.user_id = self.high
        self.assertEqual(form.save().company_id, self.company)
        level.unlink()

    def test_what_cannot_be(self):
        """Another tenant's skill on a line or for a specialist, a skill twice, times that do not fit."""
        foreign = self.skill("Foreign", company=self.other_company)
        with self.assertRaisesRegex(ValidationError, "own company"), self.env.cr.savepoint():
            self.line.skill_ids = [(0, 0, {"skill_id": foreign.id})]
        with self.assertRaisesRegex(ValidationError, "own specialists"), self.env.cr.savepoint():
            self.give(self.high, "1", foreign)
        level = self.give(self.high, "1")
        with self.assertRaisesRegex(ValidationError, "cannot be exchanged"):
            level.skill_id = self.english
        with self.assertRaisesRegex(ValidationError, "stays with its company"):
            self.cash.company_id = self.other_company
        for values in ({"skill_prefer_after": 10}, {"skill_lower_after": -1}, {"skill_prefer_after": 7200}):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.line.write(values)
                self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.give(self.high, "2")
