"""The specialist's workspace: whom he may serve, one conversation's surroundings. Staff only; rights checked here."""

from odoo.addons.mail.tools.discuss import Store
from odoo.http import Controller, request, route
from werkzeug.exceptions import NotFound

SHOWN = 80  # recipients of a line in the sidebar


class ConnectAgentController(Controller):
    @route("/connect/agent/lines", type="jsonrpc", auth="user", methods=["POST"], readonly=True)
    def lines(self):
        """The caller's lines: ``[{"id": int, "name": str, "count": int}]``."""
        self._check_agent()
        return request.env["discuss.channel"]._connect_agent_lines()

    @route("/connect/agent/recipients", type="jsonrpc", auth="user", methods=["POST"], readonly=True)
    def recipients(self, line_id, search=""):
        """The recipients of one of the caller's lines: ``{"total": int, "items": [{…}]}``, at most 80 of them."""
        self._check_agent()
        return request.env["discuss.channel"]._connect_agent_recipients(int(line_id), str(search or "").strip(), SHOWN)

    @route("/connect/agent/open", type="jsonrpc", auth="user", methods=["POST"])
    def open(self, line_id, partner_id):
        """The conversation with a recipient of the caller's line: ``{"channel_id": int, "data": {…}}``."""
        self._check_agent()
        line, recipient = request.env["connect.request"]._check_ids(line_id, partner_id)
        # sudo: connect.line, res.partner - _check_agent is what decides about the caller's right to both
        request.env["connect.request"]._check_agent(line.sudo(), recipient.sudo(), request.env.user)
        channel = request.env["discuss.channel"]._connect_get(line, recipient)
        return {"channel_id": channel.id, "data": Store().add(channel).get_result()}

    @route("/connect/agent/channel", type="jsonrpc", auth="user", methods=["POST"])
    def channel(self, channel_id):
        """What stands around a conversation: the open request, the person's card, the last request for «why»."""
        self._check_agent()
        channel = request.env["discuss.channel"].search(
            [("id", "=", int(channel_id)), ("channel_type", "=", "connect")]
        )
        if not channel or channel._connect_role() != "specialist":
            raise NotFound()
        return channel._connect_agent_surroundings()

    @route("/connect/agent/tickets", type="jsonrpc", auth="user", methods=["POST"], readonly=True)
    def tickets(self):
        """The caller's tickets in work and those of his lines that nobody took: ``{"own": {"count": int, "items": […]},
        "free": {…}}``."""
        self._check_agent()
        return request.env["connect.ticket"]._home_lists()

    def _check_agent(self):
        if not request.env.user.has_group("connect_lines.group_agent"):
            raise NotFound()
