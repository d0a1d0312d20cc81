"""What the specialist's workspace shows around the conversation."""

from odoo import api, models
from odoo.fields import Datetime
from odoo.tools import SQL


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    @api.model
    def _connect_agent_lines(self):
        """The lines that the caller serves, with the number of recipients he may serve on each."""
        self.env.cr.execute(
            SQL(
                """SELECT l.id, l.name, count(k.id)
                     FROM connect_line_member m
                     JOIN connect_line l ON l.id = m.line_id AND l.active
                     LEFT JOIN connect_line_connection k ON k.line_id = l.id AND %s IN (l.company_id, k.company_id)
                    WHERE m.user_id = %s GROUP BY l.id ORDER BY l.sequence, l.name""",
                self.env.user.company_id.id,
                self.env.uid,
            )
        )
        return [{"id": line_id, "name": name, "count": count} for line_id, name, count in self.env.cr.fetchall()]

    @api.model
    def _connect_agent_recipients(self, line_id, search, limit):
        """Recipients of a line by name of the person or the client; those in work first, then by name."""
        term = f"%{search.replace(chr(92), '').replace('%', '').replace('_', '')}%"
        self.env.cr.execute(
            SQL(
                """SELECT p.id, p.name, CASE WHEN client.id <> p.id THEN client.name END, p.function,
                          c.id, r.state, r.user_id, worker.name, count(*) OVER ()
                     FROM connect_line_member m
                     JOIN connect_line l ON l.id = m.line_id
                     JOIN connect_line_connection k ON k.line_id = l.id AND %(company)s IN (l.company_id, k.company_id)
                     JOIN res_partner p ON p.id = k.partner_id AND p.active
                     LEFT JOIN res_partner client ON client.id = p.commercial_partner_id
                     LEFT JOIN discuss_channel c ON c.channel_type = 'connect'
                           AND c.connect_line_id = l.id AND c.connect_partner_id = p.id
                     LEFT JOIN connect_request r ON r.line_id = l.id AND r.partner_id = p.id AND r.state <> 'closed'
                     LEFT JOIN res_users u ON u.id = r.user_id
                     LEFT JOIN res_partner worker ON worker.id = u.partner_id
                    WHERE m.user_id = %(user)s AND m.line_id = %(line)s
                      AND (%(search)s = '' OR p.name ILIKE %(term)s OR client.name ILIKE %(term)s)
                    ORDER BY (r.id IS NULL), p.name, p.id LIMIT %(limit)s""",
                company=self.env.user.company_id.id,
                user=self.env.uid,
                line=line_id,
                search=search,
                term=term,
                limit=limit,
            )
        )
        rows = self.env.cr.fetchall()
        return {
            "total": rows[0][8] if rows else 0,
            "items": [
                {
                    "partner_id": partner_id,
                    "name": name,
                    "company_name": company or "",
                    "position": position or "",
                    "channel_id": channel_id or False,
                    "state": state or "",
                    "is_mine": user_id == self.env.uid,
                    "user_name": worker or "",
                }
                for partner_id, name, company, position, channel_id, state, user_id, worker, _total in rows
            ],
        }

    def _connect_agent_surroundings(self):
        self.ensure_one()
        # sudo: connect.request, res.partner - the caller serves this recipient (checked by the route)
        channel = self.sudo()
        last = channel.env["connect.request"].search(
            [("line_id", "=", channel.connect_line_id.id), ("partner_id", "=", channel.connect_partner_id.id)],
            order="id desc",
            limit=1,
        )
        current = last.filtered(lambda each: each.state != "closed")
        return {
            "channel_id": self.id,
            "now": f"{Datetime.now().isoformat(timespec='seconds')}Z",
            "request": current._to_state_dict()[0] if current else False,
            "last_request_id": last.id,
            "rating_mode": channel.connect_line_id.rating_mode,
            "is_supervised": bool(current and current._is_supervised()),
            "card": self._connect_card(),
        }

    def _connect_card(self):
        """The panel of additional information (CHT-31): what is known about the person, empty entries left out."""
        self.ensure_one()
        channel = self.sudo()  # sudo: as in the caller
        person = channel.connect_partner_id
        user = person.user_ids[:1]
        client = person.commercial_partner_id
        company = channel.connect_line_id._serving_company(person)
        served = channel.env["connect.request"].search_count(
            [("partner_id", "=", person.id), ("line_id", "=", channel.connect_line_id.id), ("state", "=", "closed")]
        )
        connections = channel.env["connect.line.connection"].search(
            [("partner_id", "=", person.id), "|", ("owner_id", "=", self.env.company.id),
             ("company_id", "=", self.env.company.id)]
        )  # fmt: skip
        date_format = self.env["ir.qweb.field.date"].value_to_html
        return {
            "name": person.name,
            "position": person.function or "",
            "email": person.email or "",
            "phone": person.phone or "",
            "birthdate": date_format(person.connect_birthdate, {}) if person.connect_birthdate else "",
            "login": user.login or "",
            "last_login": f"{user.login_date.isoformat(timespec='seconds')}Z" if user.login_date else "",
            "client": client.name if client != person else "",
            "client_phone": client.phone if client != person and client.phone else "",
            "partner": company.sudo().name,  # sudo: res.company - the name of the company that serves the person
            "lines": connections.line_id.mapped("name"),
            # the contract is between the client and its own service company: a vendor does not see it
            "its": company == self.env.company and person._connect_its(),
            "line": channel.connect_line_id.name,
            "served": served,
        }
