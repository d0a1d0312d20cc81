from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    connect_agent_ids = fields.One2many("connect.agent", "user_id", groups="base.group_system")
    connect_skill_ids = fields.One2many(
        "connect.skill.level", "user_id", string="Skills", groups="connect_lines.group_agent"
    )
    connect_idle_minutes = fields.Integer(
        "Away after, min",
        compute="_compute_connect_idle_minutes",
        inverse="_inverse_connect_idle_minutes",
        compute_sudo=True,
        help="Minutes without keyboard and mouse after which you count as away; 0 = never. Your status comes back with "
        "the first touch.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_READABLE_FIELDS, "connect_idle_minutes"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_WRITEABLE_FIELDS, "connect_idle_minutes"]

    @api.depends("connect_agent_ids.idle_minutes", "company_id.connect_idle_minutes")
    def _compute_connect_idle_minutes(self):
        for user in self:
            agent = user.connect_agent_ids
            user.connect_idle_minutes = agent.idle_minutes if agent else user.company_id.connect_idle_minutes

    def _inverse_connect_idle_minutes(self):
        for user in self:
            # sudo: connect.agent - whoever may write the user, himself included, sets his time
            agent = self.env["connect.agent"].sudo()._ensure(user)
            agent.idle_minutes = user.connect_idle_minutes

    def action_connect_skills(self):
        """Button: what this specialist can do, to be changed there."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_routing.action_connect_skill_level")
        return {**action, "domain": [("user_id", "=", self.id)], "context": {"default_user_id": self.id}}

    @api.depends("connect_agent_ids.status_id")
    def _compute_im_status(self):
        """A specialist's dot tells his status; his browsers' connections come and go."""
        super()._compute_im_status()
        for user in self:
            if agent := user._connect_agent():
                user.im_status = agent.status_id._im_status()

    def _connect_agent(self):
        """The rows of those who are specialists; who is none any more may still have one."""
        return self.filtered(lambda user: user.has_group("connect_lines.group_agent")).connect_agent_ids

    def _on_locked_out(self):
        """Nobody gives them work any more; what they had in hand finds somebody else as after a lost connection."""
        super()._on_locked_out()
        for user in self:
            self.env["connect.dispatcher"]._after_commit(("gone", user.id))

    def _login(self, credential, user_agent_env):
        """At a screen: an integration that proves a password changes nobody's status."""
        auth_info = super()._login(credential, user_agent_env=user_agent_env)
        if user_agent_env and user_agent_env.get("interactive"):
            # after the commit: this transaction holds the row of the user, which shows the status, too
            self.env["connect.dispatcher"]._after_commit(("login", auth_info["uid"]))
        return auth_info
