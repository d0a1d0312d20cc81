"""The recipient's page: his lines, one conversation, and one thought of guidance."""

from odoo.addons.mail.controllers.discuss.public_page import PublicPageController
from odoo.addons.mail.tools.discuss import Store, add_guest_to_context
from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.http import Controller, request, route
from werkzeug.exceptions import NotFound

OFFERED = 10  # advertised lines beside the conversation


class ConnectPortal(Controller):
    @route(["/my/connect", "/my/connect/<int:line_id>"], type="http", auth="user", methods=["GET"])
    def page(self, line_id=0, **_query):
        """The page itself; its data comes from the routes below."""
        if line_id and line_id not in self._lines().line_id.ids:
            return request.redirect("/my/connect")
        user = request.env.user
        return request.render(
            "connect_chat.portal_page",
            {
                "app_name": self._app_name(),
                "session_info": request.env["ir.http"].session_info(),
                "connect_page": {
                    "line_id": line_id,
                    "name": user.name,
                    "login": user.login,
                    "avatar": f"/web/image/res.users/{user.id}/avatar_128",
                },
            },
        )

    @route("/connect/portal/state", type="jsonrpc", auth="user", methods=["POST"])
    def state(self, line_id=0):
        """Everything around the conversation, in the caller's language.

        :param int line_id: the line whose conversation is shown; 0 for the list alone
        :return: ``{"app_name", "greeting", "company", "client", "now", "lines": […], "line": {…} or False,
            "its": {…} or False, "offers": […], "tickets": {"open": int, "any": bool, "may_create": bool},
            "links": [{"url", "icon", "text"}]}``
        """
        connections = self._lines()
        chosen = connections.filtered(lambda each: each.line_id.id == line_id)
        # sudo: res.company - the recipient's own service company, its name and greeting
        company = request.env.user.sudo().company_id
        client = request.env.user.partner_id.sudo().commercial_partner_id
        return {
            "app_name": self._app_name(),
            "greeting": company.connect_greeting or "",
            "company": {"name": company.name, "website": company.website or ""},
            "client": client.name if client != request.env.user.partner_id else "",
            "now": f"{Datetime.now().isoformat()}Z",
            "lines": request.env["discuss.channel"]._connect_portal_lines(connections),
            "line": request.env["discuss.channel"]._connect_portal_line(chosen) if chosen else False,
            "its": request.env.user.partner_id._connect_its(),
            "offers": self._offers(),
            "tickets": {
                **request.env["connect.ticket"]._portal_summary(),
                "may_create": any(connections.line_id.mapped("has_tickets")),
            },
            "links": request.env["res.users"]._connect_portal_links(),
        }

    def _offers(self):
        """Advertised lines that the caller does not have yet (POR-10)."""
        offers = request.env["connect.line.offer"]
        if not offers.has_access("read"):  # a distributor gets support, and connects no lines to himself
            return []
        offers = offers.search([("is_advertised", "=", True)], limit=OFFERED)
        shown = offers._for_person(request.env.user.partner_id)
        return [offer for offer in shown if offer["status"] != "connected"]

    @route("/connect/portal/open", type="jsonrpc", auth="user", methods=["POST"])
    def open(self, line_id):
        """The caller's conversation on his line, begun when there is none: ``{"channel_id": int, "data": {…}}``."""
        connection = self._lines().filtered(lambda each: each.line_id.id == line_id)
        if not connection:
            raise NotFound()
        channel = request.env["discuss.channel"]._connect_get(connection.line_id, request.env.user.partner_id)
        return {"channel_id": channel.id, "data": Store().add(channel).get_result()}

    @route("/connect/portal/rate", type="jsonrpc", auth="user", methods=["POST"])
    def rate(self, request_id, score, comment=""):
        """Stars for finished work; the rights are checked by the model."""
        if type(request_id) is not int:
            raise UserError(request.env._("Choose from one to five stars."))
        return request.env["connect.request"].browse(request_id).rate(score, comment)

    def _lines(self):
        return request.env["connect.line"]._recipient_lines(request.env.user.partner_id)

    def _app_name(self):
        # sudo: res.company - the name that the recipient's own service company gave the program
        return request.env.user.sudo().company_id._connect_program_name()


class ConnectPublicPage(PublicPageController):
    @route()
    @add_guest_to_context
    def discuss_channel(self, channel_id, **kwargs):
        """A recipient who follows a link of Discuss arrives at his own page."""
        channel = request.env["discuss.channel"].search([("id", "=", channel_id), ("channel_type", "=", "connect")])
        if channel and channel._connect_role() == "recipient":
            # sudo: discuss.channel - the id of the line, one of the recipient's own
            return request.redirect(f"/my/connect/{channel.sudo().connect_line_id.id}")
        return super().discuss_channel(channel_id, **kwargs)
