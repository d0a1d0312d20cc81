"""A channel of an operator that a call holds (VOI-48). Two transactions that want the last one both look for a free
place; the unique index lets one of them have it, and the other one begins again and sees that it is taken. While there
are many, each takes one at random, so that they seldom meet."""

from odoo import api, fields, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL

from .connect_call import LIVE

STALE = "2 minutes"  # a call that was never noted, since its transaction's answer was lost


class ConnectTrunkUse(models.Model):
    _name = "connect.trunk.use"
    _description = "Channel of an operator in use"
    _order = "id desc"
    _log_access = False

    trunk_id = fields.Many2one("connect.trunk", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    key = fields.Char("Call", required=True, readonly=True)
    what = fields.Char(required=True, readonly=True)
    is_outgoing = fields.Boolean("Outgoing", readonly=True)
    is_begun = fields.Boolean(readonly=True)  # False: the call has not come to it yet
    place = fields.Integer(required=True, readonly=True, aggregator=None)
    turn = fields.Integer(readonly=True, aggregator=None)  # of the company's outgoing calls
    at = fields.Datetime(required=True, readonly=True)
    released_at = fields.Datetime(readonly=True)

    _one_place = models.UniqueIndex("(trunk_id, place) WHERE released_at IS NULL")
    _one_turn = models.UniqueIndex("(company_id, turn) WHERE released_at IS NULL AND is_outgoing")
    _of_call = models.Index("(key)")
    _by_day = models.Index("(company_id, at) WHERE is_outgoing")

    @api.model
    def _claim(self, trunk, key, what, outgoing, turns):
        """Take a place of this trunk for a call. False: all its channels, or all turns of the company, are taken."""
        if self._insert(trunk, key, what, outgoing, turns):
            return True
        self._release_stale(trunk)
        return self._insert(trunk, key, what, outgoing, turns)

    @api.model
    def _insert(self, trunk, key, what, outgoing, turns):
        free = SQL(
            """SELECT n FROM generate_series(1, (SELECT channels FROM connect_trunk WHERE id = %(trunk)s AND active)) n
                WHERE NOT EXISTS (SELECT 1 FROM connect_trunk_use u
                                   WHERE u.trunk_id = %(trunk)s AND u.place = n AND u.released_at IS NULL)
                ORDER BY random() LIMIT 1""",
            trunk=trunk.id,
        )
        turn = SQL(
            """SELECT n FROM generate_series(1, %(turns)s) n
                WHERE NOT EXISTS (SELECT 1 FROM connect_trunk_use u WHERE u.company_id = %(company)s
                                     AND u.turn = n AND u.released_at IS NULL AND u.is_outgoing)
                ORDER BY random() LIMIT 1""",
            turns=turns,
            company=trunk.company_id.id,
        )
        trunk.flush_recordset()
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_trunk_use
                          (trunk_id, company_id, key, what, is_outgoing, is_begun, place, turn, at)
                   SELECT %s, %s, %s, %s, %s, %s, free.n, %s, %s FROM (%s) free %s
                   ON CONFLICT DO NOTHING RETURNING id""",
                trunk.id,
                trunk.company_id.id,
                key,
                what,
                outgoing,
                not outgoing,
                SQL("turn.n") if outgoing else SQL("NULL"),
                NOW,
                free,
                SQL("CROSS JOIN (%s) turn", turn) if outgoing else SQL(),
            )
        )
        return bool(self.env.cr.fetchone())

    # --- release ---

    @api.model
    def _begin(self, key):
        """The call has come to what was claimed for it: from now on its snapshot tells whether it still holds it."""
        self.env.cr.execute(
            "UPDATE connect_trunk_use SET is_begun = TRUE WHERE key = %s AND released_at IS NULL AND NOT is_begun",
            [key],
        )

    @api.model
    def _keep(self, key, held):
        """Release what a call does not hold any more.

        :param held: endpoints and channels that are part of it; None: it is over
        """
        over = held is None
        self.env.cr.execute(
            SQL(
                """UPDATE connect_trunk_use SET released_at = %s WHERE key = %s AND released_at IS NULL AND %s
                   RETURNING company_id, is_outgoing""",
                NOW,
                key,
                SQL("TRUE") if over else SQL("is_begun AND what <> ALL(%s)", list(held)),
            )
        )
        for company_id in {company_id for company_id, is_outgoing in self.env.cr.fetchall() if is_outgoing}:
            self.env["connect.outbound.limit"]._of_company(self.env["res.company"].browse(company_id))._watch()

    @api.model
    def _drop(self, key):
        """What was ordered for a call was refused: it never came to what was claimed for that."""
        self.env.cr.execute("DELETE FROM connect_trunk_use WHERE key = %s AND NOT is_begun", [key])

    @api.model
    def _release_stale(self, trunk):
        self.env.cr.execute(
            SQL(
                """UPDATE connect_trunk_use u SET released_at = %s
                    WHERE (trunk_id = %s OR company_id = %s) AND released_at IS NULL
                      AND at < (now() AT TIME ZONE 'UTC') - %s::interval
                      AND NOT EXISTS (SELECT 1 FROM connect_call c WHERE c.key = u.key AND c.state = ANY(%s))""",
                NOW,
                trunk.id,
                trunk.company_id.id,
                STALE,
                list(LIVE),
            )
        )

    @api.model
    def _minutes(self, company):
        """Minutes for which the company has held channels for outgoing calls within the last 24 hours."""
        self.env.cr.execute(
            """SELECT coalesce(sum(extract(epoch FROM coalesce(released_at, now() AT TIME ZONE 'UTC') - at)), 0) / 60
                 FROM connect_trunk_use
                WHERE company_id = %s AND is_outgoing AND at > (now() AT TIME ZONE 'UTC') - interval '24 hours'""",
            [company.id],
        )
        return float(self.env.cr.fetchone()[0])

    @api.autovacuum
    def _gc_uses(self):
        self.env.cr.execute(
            "DELETE FROM connect_trunk_use WHERE released_at < (now() AT TIME ZONE 'UTC') - interval '60 days'"
        )
