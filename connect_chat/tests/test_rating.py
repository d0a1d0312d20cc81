from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestRating(ChatCase):
    def finished(self, **values):
        self.be(self.agent_a)
        self.post(self.recipient_a)
        request = self.request()
        request.with_user(self.agent_a).finish(**values)
        self.commit()
        return request

    def pending(self):
        return self.env["connect.request"]._rating_pending(self.line_a, self.anna)

    def test_rated_once(self):
        """CHT-52: one rating per work; the rated person is the specialist bound at the finish."""
        request = self.finished()
        self.assertEqual(self.pending(), request)
        request.with_user(self.recipient_a).rate(4, "quick")
        self.commit()
        rating = request.rating_ids
        self.assertEqual((rating.rating, rating.feedback, rating.consumed), (4, "quick", True))
        self.assertEqual((rating.rated_partner_id, rating.partner_id), (self.agent_a.partner_id, self.anna))
        self.assertEqual(request.rating, 4)
        self.assertFalse(self.pending())
        self.assertEqual(self.feed()[-1][1], "rated")
        with self.assertRaises(UserError):
            request.with_user(self.recipient_a).rate(5)

    def test_words(self):
        """CHT-52: the five texts as quoted."""
        texts = self.env["connect.request"].with_context(lang="ru_RU")._rating_texts()
        self.assertEqual(
            texts,
            [
                "Специалист не компетентен",
                "Плохо. Низкое качество обслуживания",
                "Удовлетворительно. Уровень обслуживания мог бы быть лучше",
                "Хорошо. Оперативная квалифицированная поддержка",
                "Отлично. Высокий уровень поддержки",
            ],
        )

    def test_modes(self):
        """CHT-50: never, always, or when the specialist asks."""
        self.line_a.rating_mode = "none"
        self.finished()
        self.assertFalse(self.pending())
        self.line_a.rating_mode = "choice"
        self.finished(ask_rating=False)
        self.assertFalse(self.pending())
        self.finished(ask_rating=True)
        self.assertTrue(self.pending())

    def test_never_in_the_way(self):
        """POR-09: whoever writes again is served, and not asked about yesterday meanwhile."""
        self.finished()
        self.post(self.recipient_a, "again")
        self.assertFalse(self.pending())

    def test_refusals(self):
        """No such star, not his work, not finished; and no specialist makes or mends a rating."""
        request = self.finished()
        for score in (0, 6, -1, True, "5", None, 2.5):
            with self.subTest(score=score), self.assertRaises(UserError):
                request.with_user(self.recipient_a).rate(score)
        for user in (self.colleague_a, self.recipient_b, self.agent_a, self.agent_b):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                request.with_user(user).rate(5)
        request.with_user(self.recipient_a).rate(1)
        rating = request.rating_ids
        with self.assertRaises(AccessError):
            rating.with_user(self.agent_a).write({"rating": 5})
        with self.assertRaises(AccessError):
            self.env["rating.rating"].with_user(self.agent_a).create(
                {"res_model_id": self.env["ir.model"]._get_id("connect.request"), "res_id": request.id, "rating": 5}
            )

    def test_seen_by_both_companies_only(self):
        """CHT-51, ADM-07: Odoo shows all ratings to all employees; these are the tenant's."""
        request = self.finished()
        request.with_user(self.recipient_a).rate(5)
        rating = request.rating_ids
        self.assertTrue(rating.with_user(self.agent_a).has_access("read"))
        self.assertFalse(rating.with_user(self.agent_b).has_access("read"))
        self.assertFalse(self.env["rating.rating"].with_user(self.agent_b).search([("id", "=", rating.id)]))
