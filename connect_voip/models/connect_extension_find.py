"""Whom an employee can ring or hand a call over to: the telephone's field and its transfer panel (VOI-15)."""

from odoo import api, models
from odoo.addons.connect_lines.models.verbs import in_users_language
from odoo.addons.connect_routing.models.connect_status import HEARTBEAT_TIMEOUT, OFFLINE
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

FOUND = 12  # at most: what can be looked over while somebody waits
KINDS = ("all", "free", "groups")
GROUPS = {"connect.department": "name", "connect.follow.me": "user_id.name", "connect.room": "name"}  # and their names


class ConnectExtensionFind(models.Model):
    _inherit = "connect.extension"

    @api.model
    @in_users_language
    def find_targets(self, words="", kind="all"):
        """Short numbers of the caller's company but his own, found by number or name; who is free comes first.

        :param str words: how a number begins, or a part of a name; empty: everybody
        :param str kind: ``all``, ``free`` (employees who can speak now) or ``groups`` (departments, numbers of «Follow
            Me», conference rooms)
        :return: at most twelve ``{"number": str, "label": str, "model": str, "is_free": bool, "status": str, "icon":
            str}``; the last two are of employees
        :rtype: list
        :raise AccessError: the caller is no employee
        :raise UserError: he has no telephone, or there is no such kind
        """
        if not self.env.user.has_group("connect_lines.group_agent"):
            raise AccessError(self.env._("Only employees find colleagues here."))
        if kind not in KINDS:
            raise UserError(self.env._("Whom to look for is one of: all, free, groups."))
        # sudo: connect.extension - the caller's own telephone, whose company is looked through
        phone = self.sudo()._own()
        words = str(words or "").strip()
        people = [] if kind == "groups" else phone._find_people(words, kind == "free")
        return (people + ([] if kind == "free" else phone._find_groups(words)))[:FOUND]

    def _find_people(self, words, free_alone):
        self.env["connect.agent"].flush_model()
        self.flush_model()
        statuses = self.env["connect.status"]
        rows = self.env.execute_query(
            SQL(
                """SELECT x.number, x.label, coalesce(found.status_id, %s), coalesce(found.is_free, FALSE) AS is_free
                     FROM connect_extension x LEFT JOIN LATERAL (
                          SELECT s.id AS status_id, s.accepts_calls AS is_free
                            FROM connect_agent a JOIN connect_status s ON s.id = a.status_id
                           WHERE a.user_id = x.user_id
                             AND a.last_seen > (now() AT TIME ZONE 'UTC') - make_interval(secs => %s)) found ON TRUE
                    WHERE x.company_id = %s AND x.active AND x.user_id IS NOT NULL AND x.id <> %s
                      AND x.number IS NOT NULL AND (starts_with(x.number, %s) OR strpos(lower(x.label), lower(%s)) > 0)
                      AND (found.is_free OR NOT %s)
                    ORDER BY is_free DESC, x.label, x.number LIMIT %s""",
                statuses._id_of(OFFLINE),
                HEARTBEAT_TIMEOUT,
                self.company_id.id,
                self.id,
                words,
                words,
                free_alone,
                FOUND,
            )
        )
        return [
            {
                "number": number,
                "label": label,
                "model": self._name,
                "is_free": is_free,
                "status": statuses.browse(status_id).name,
                "icon": statuses.browse(status_id).icon,
            }
            for number, label, status_id, is_free in rows
        ]

    def _find_groups(self, words):
        found = []
        for model, path in GROUPS.items():
            # sudo: what can be dialled is no secret in one's own company, which has a few dozen of these
            groups = self.env[model].sudo().search([("company_id", "=", self.company_id.id), ("number", "!=", False)])
            for each in groups:
                (label,) = each.mapped(path)
                if each.number.startswith(words) or words.lower() in label.lower():
                    found.append({"number": each.number, "label": label, "model": model, "is_free": False})
        return found
