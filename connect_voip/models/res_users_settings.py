from odoo import fields, models


class ResUsersSettings(models.Model):
    """Sounds of the telephone in the browser, as far as they are the person's; devices are kept by each browser
    (VOI-11)."""

    _inherit = "res.users.settings"

    connect_microphone_gain = fields.Integer("Microphone gain, %", default=100)
    connect_ring_tone = fields.Boolean("Ring tone", default=True)
    connect_ring_volume = fields.Integer("Volume of the ring tone, %", default=60)

    _connect_percents = models.Constraint(
        "CHECK(connect_microphone_gain BETWEEN 0 AND 400 AND connect_ring_volume BETWEEN 0 AND 100)",
        "The microphone is amplified to 400 % at most, and the ring tone has a volume of 0 to 100 %.",
    )
