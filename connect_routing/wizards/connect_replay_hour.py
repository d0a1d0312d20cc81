from odoo import fields, models


class ConnectReplayHour(models.TransientModel):
    """An hour of a replayed day, as it was or as it would have been: the rows of chart and table."""

    _name = "connect.replay.hour"
    _description = "Hour of a replayed day"
    _order = "hour, scenario"

    replay_id = fields.Many2one("connect.replay", required=True, ondelete="cascade", index=True)
    hour = fields.Char(required=True, help="When it began, by the clock of whoever asked.")
    scenario = fields.Selection([("was", "As it was"), ("would", "As it would have been")], required=True)
    arrived = fields.Integer("Requests")
    wait_avg = fields.Float("Waited on average, min", digits=(12, 1), aggregator="avg")
    wait_max = fields.Float("Waited at most, min", digits=(12, 1), aggregator="max")
    wait_sum = fields.Float("Waited in total, min", digits=(12, 1))
    in_time = fields.Integer("Had a specialist in time", help="Within the line's service level threshold.")
    waiting = fields.Integer("In the queue at the end", aggregator="max")
    load = fields.Float("In work per specialist", digits=(12, 2), aggregator="avg")
