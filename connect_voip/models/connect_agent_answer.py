from odoo import api, fields, models
from odoo.addons.connect_lines.models.verbs import in_users_language


class ConnectAgentAnswer(models.Model):
    """The operator's tick «Auto-answer is on» (VOI-22): for one session, so each login begins without it."""

    _inherit = "connect.agent"

    auto_answer = fields.Boolean("Auto-answer is on", readonly=True)

    @api.model
    @in_users_language
    def set_auto_answer(self, is_on):
        """Have calls of the caller's lines connected at once from now on until his next login, or not.

        :param bool is_on: lines on which the administrator decides are not touched by it (VOI-23)
        :return: as ``get_state``
        :rtype: dict
        :raise AccessError: the caller is not a specialist
        """
        self._check_agent()
        self._in_own_transaction("_set_auto_answer", bool(is_on))
        return self.get_state()

    def _set_auto_answer(self, is_on):
        self.auto_answer = is_on
        self._tell_screens()

    def _begin_session(self):
        if self.auto_answer:
            self._set_auto_answer(False)
        super()._begin_session()

    def _state(self, lang):
        """Besides: ``"auto_answer"``, and ``"auto_answer_lines": [{"id", "name", "mode"}]`` where the tick has no
        effect."""
        lines = self.line_ids.filtered(lambda line: line.auto_answer != "operator")
        return {
            **super()._state(lang),
            "auto_answer": self.auto_answer,
            "auto_answer_lines": [{"id": line.id, "name": line.name, "mode": line.auto_answer} for line in lines],
        }
