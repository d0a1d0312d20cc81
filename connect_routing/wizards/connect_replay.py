"""«Would two more specialists have helped?»: a day of a line once more, under other settings."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.connect_lines.models.connect_line import DELIVERY_RULES
from odoo.addons.connect_lines.models.connect_line_member import PRIORITIES
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..engine import NO_TERMS, Settings, Shift, Worker, by_hour, replay, service_level, total
from ..models.connect_skill import LEVELS

MOST_REQUESTS = 50_000  # of a day; more would keep the supervisor waiting for minutes
MOST_EXTRA = 200
HIGHEST = int(LEVELS[-1][0])
SEED = 1  # the same question gets the same answer
# a setting that the supervisor may change; it begins with the line's own
OF_THE_LINE = {
    "compute": "_compute_settings",
    "compute_sudo": False,
    "store": True,
    "readonly": False,
    "precompute": True,
}


def epoch(moment):
    """Seconds since the epoch of a naive UTC time."""
    return moment.replace(tzinfo=UTC).timestamp()


class ConnectReplay(models.TransientModel):
    _name = "connect.replay"
    _description = "Replay of a day"
    _rec_name = "line_id"

    line_id = fields.Many2one(
        "connect.line", "Line", required=True, ondelete="cascade", default=lambda self: self._default_line()
    )
    day = fields.Date("Day", required=True, default=lambda self: self._default_day())
    delivery_rule = fields.Selection(DELIVERY_RULES, "Delivery rule", required=True, **OF_THE_LINE)
    capacity = fields.Integer("Requests at once per specialist", help="0 means without limit.", **OF_THE_LINE)
    demands_skills = fields.Boolean(compute="_compute_demands_skills", compute_sudo=False)
    use_skills = fields.Boolean("By skills and languages", help="As the line demands them now.", **OF_THE_LINE)
    skill_lower_after = fields.Integer("Any level is enough after, s", **OF_THE_LINE)
    skill_prefer_after = fields.Integer("Only preferred after, s", **OF_THE_LINE)
    extra_count = fields.Integer("More specialists")
    extra_priority = fields.Selection(PRIORITIES, "Their priority", default="standard", required=True)
    extra_skilled = fields.Boolean(
        "They have the skills",
        default=True,
        help="Each that the line demands, all languages too, at the highest level.",
    )
    extra_from = fields.Float("There from", default=9.0)
    extra_to = fields.Float("There until", default=18.0)
    member_ids = fields.One2many(
        "connect.replay.member",
        "replay_id",
        "Specialists",
        compute="_compute_member_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    hour_ids = fields.One2many("connect.replay.hour", "replay_id", "By the hour", readonly=True)
    summary = fields.Text("In words", readonly=True)

    _extra = models.Constraint(
        f"CHECK (capacity >= 0 AND extra_count BETWEEN 0 AND {MOST_EXTRA})",
        f"The limit of requests cannot be negative, and there can be up to {MOST_EXTRA} more specialists.",
    )
    _extra_hours = models.Constraint(
        "CHECK (extra_from >= 0 AND extra_from < extra_to AND extra_to <= 24)",
        "More specialists come before they leave, between 0:00 and 24:00.",
    )

    _skill_times = models.Constraint(
        "CHECK (skill_lower_after >= 0 AND skill_prefer_after >= skill_lower_after AND skill_prefer_after <= 3600)",
        "A skill is insisted on for an hour at most, and any level is enough before the skill is only preferred.",
    )

    @api.model
    def _default_line(self):
        return self.env["connect.line"].search([("company_id", "in", self.env.companies.ids)], limit=1)

    @api.model
    def _default_day(self):
        """The last day before today on which somebody turned to the line; today, when there was none yet."""
        zone = ZoneInfo(self.env.user.tz or "UTC")
        midnight = datetime.combine(datetime.now(zone).date(), time(), zone).astimezone(UTC).replace(tzinfo=None)
        came = [("line_id", "=", self._default_line().id)]
        requests = self.env["connect.request"]
        last = requests.search([*came, ("opened_at", "<", midnight)], order="id desc", limit=1)
        last = last or requests.search(came, order="id desc", limit=1)
        moment = last.opened_at.replace(tzinfo=UTC).astimezone(zone) if last else datetime.now(zone) - timedelta(days=1)
        return moment.date()

    @api.depends("line_id")
    def _compute_settings(self):
        for wizard in self:
            line = wizard.line_id
            wizard.delivery_rule = line.delivery_rule
            wizard.capacity = line.capacity
            wizard.use_skills = line.use_skills
            wizard.skill_lower_after = line.skill_lower_after
            wizard.skill_prefer_after = line.skill_prefer_after

    @api.depends("line_id")
    def _compute_demands_skills(self):
        for wizard in self:
            wizard.demands_skills = wizard.line_id.skill_ids or wizard.line_id.language_level

    @api.depends("line_id", "day")
    def _compute_member_ids(self):
        for wizard in self:
            rows = [Command.clear()]
            if wizard.line_id and wizard.day:
                wizard._checked_line()
                start, end = wizard._day_bounds()
                rows += wizard._member_rows(start, end)
            wizard.member_ids = rows

    @api.constrains("line_id")
    def _check_line(self):
        """By id anybody may name any line."""
        for wizard in self:
            wizard._checked_line()

    # --- actions ---

    def action_replay(self):
        """Button: play the day, keep its hours beside those of the ledger, and say in words what came out."""
        self.ensure_one()
        line = self._checked_line()
        start, end = self._day_bounds()
        history = line._history(start, end, self.delivery_rule)
        self._check_day(history)
        begin, until = epoch(start), min(epoch(end), datetime.now(UTC).timestamp())
        priorities = line._users_of(start, end)
        terms = line._skill_terms()
        shifts = line._shifts(priorities, start, end, history.calls)
        before = self._usual_workers(priorities, shifts, line._levels(priorities, terms))
        after = self._wanted_workers(line, before, begin, terms)
        own = {each.id for each in history.arrivals if not each.taken_by}
        played = replay(history.arrivals, after, self._settings(line, terms), Random(SEED))
        usual = Settings(
            line.delivery_rule, line.capacity or 0, line.company_id.id, terms if line.use_skills else NO_TERMS
        )
        control = replay(history.arrivals, before, usual, Random(SEED))
        self.hour_ids = [
            Command.clear(),
            *self._hour_rows("was", by_hour(history.outcomes, before, own, begin, until, line.sl_threshold)),
            *self._hour_rows("would", by_hour(played, after, own, begin, until, line.sl_threshold)),
        ]
        days = (total(each, own, until, line.sl_threshold) for each in (history.outcomes, played, control))
        self.summary = self._in_words(*days)
        return True  # the form reads itself again

    def action_chart(self):
        """Button: the hours as Odoo's own chart and tables."""
        self.ensure_one()
        name = f"{self.line_id.name}, {self.day:%d.%m.%Y}"
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "connect.replay.hour",
            "views": [[False, "graph"], [False, "pivot"], [False, "list"]],
            "domain": [("replay_id", "=", self.id)],
        }

    # --- the question ---

    def _checked_line(self):
        """The line as the system, after asking whether its company's day is the caller's affair."""
        line, user = self.line_id, self.env.user
        line.check_access("read")
        platform = user.has_group("connect_lines.group_platform")
        if not platform and not (
            user.has_group("connect_lines.group_supervisor")
            and line.sudo().company_id in user.company_ids  # its id only
        ):
            raise AccessError(self.env._("A day is replayed by supervisors of the company that owns the line."))
        return line.sudo()  # rows of first-line companies count, too; who may ask was checked just above

    def _check_day(self, history):
        routed = [each for each in history.arrivals if not each.taken_by]
        if not routed:
            raise UserError(self.env._("Nobody turned to this line on that day. Choose another day."))
        if len(history.arrivals) > MOST_REQUESTS:
            raise UserError(self.env._("A day of more than %s requests cannot be replayed.", MOST_REQUESTS))

    def _day_bounds(self):
        """Beginning and end of the day by the clock of whoever asks, as naive UTC times."""
        zone = ZoneInfo(self.env.user.tz or "UTC")
        midnights = (datetime.combine(day, time(), zone) for day in (self.day, self.day + timedelta(days=1)))
        return [midnight.astimezone(UTC).replace(tzinfo=None) for midnight in midnights]

    def _settings(self, line, terms):
        fading = terms._replace(lower_after=self.skill_lower_after, prefer_after=self.skill_prefer_after)
        return Settings(
            self.delivery_rule, self.capacity or 0, line.company_id.id, fading if self.use_skills else NO_TERMS
        )

    def _member_rows(self, start, end):
        """The line's specialists, and whoever else took requests of it on that day."""
        line = self.line_id._origin.sudo()  # `_checked_line` was asked before
        users = line._users_of(start, end)
        shifts = line._shifts(users, start, end)
        rows = [
            {
                "user_id": user_id,
                "priority": priority,
                "takes_part": True,
                "hours": sum(shift.end - shift.start for shift in shifts.get(user_id, ())) / 3600,
            }
            for user_id, priority in users.items()
        ]
        return [Command.create(row) for row in sorted(rows, key=lambda row: -row["hours"])]

    @api.model
    def _usual_workers(self, priorities, shifts, levels):
        """Who was not there that day counts, too: a skill that he alone has is waited for."""
        users = self.env["res.users"].sudo().browse(priorities)  # their companies, for the rules
        return [
            Worker(user.id, user.company_id.id, priorities[user.id], shifts.get(user.id, ()), levels.get(user.id, {}))
            for user in users
        ]

    def _wanted_workers(self, line, usual, begin, terms):
        wanted = {each.user_id.id: each.priority for each in self.member_ids if each.takes_part}
        workers = [worker._replace(priority=wanted[worker.user_id]) for worker in usual if worker.user_id in wanted]
        shift = Shift(begin + self.extra_from * 3600, begin + self.extra_to * 3600)
        skills = dict.fromkeys(terms.skills(), HIGHEST) if self.extra_skilled else {}
        return workers + [
            Worker(-number, line.company_id.id, self.extra_priority, [shift], skills)
            for number in range(1, self.extra_count + 1)
        ]

    # --- the answer ---

    def _hour_rows(self, scenario, hours):
        zone = ZoneInfo(self.env.user.tz or "UTC")
        return [
            Command.create(
                {
                    "hour": f"{datetime.fromtimestamp(hour.start, zone):%H:%M}",
                    "scenario": scenario,
                    "arrived": hour.arrived,
                    "wait_avg": hour.wait_sum / hour.arrived / 60 if hour.arrived else 0.0,
                    "wait_max": hour.wait_max / 60,
                    "wait_sum": hour.wait_sum / 60,
                    "in_time": hour.in_time,
                    "waiting": hour.waiting,
                    "load": hour.load,
                }
            )
            for hour in hours
        ]

    def _in_words(self, was, would, control):
        def figures(day):
            return {
                "average": self._duration(day.wait_avg),
                "longest": self._duration(day.wait_max),
                "threshold": self.line_id.sl_threshold,
                "in_time": service_level(day.in_time, day.arrived),
                "alone": day.alone,
            }

        return "\n".join(
            [
                self.env._("Requests of the day that the router gave out: %s.", was.arrived),
                self.env._(
                    "As it was: people waited %(average)s on average, %(longest)s at most; had a specialist within "
                    "%(threshold)s s: %(in_time)s%%; found nobody: %(alone)s.",
                    **figures(was),
                ),
                self.env._(
                    "As it would have been: %(average)s on average, %(longest)s at most; had a specialist within "
                    "%(threshold)s s: %(in_time)s%%; found nobody: %(alone)s.",
                    **figures(would),
                ),
                self.env._(
                    "How far to trust it: with the line's present settings the replay gives %(average)s on average, "
                    "%(longest)s at most; had a specialist within %(threshold)s s: %(in_time)s%%; found nobody: "
                    "%(alone)s. The nearer that is to what was, the better.",
                    **figures(control),
                ),
            ]
        )

    @api.model
    def _duration(self, seconds):
        minutes, seconds = divmod(round(seconds), 60)
        if minutes:
            return self.env._("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
        return self.env._("%s s", seconds)
