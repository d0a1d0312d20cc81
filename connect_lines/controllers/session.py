from odoo.addons.web.controllers.home import Home
from odoo.http import Controller, request, route


class ConnectSessionController(Controller):
    @route("/connect/session/state", type="jsonrpc", auth="public", methods=["POST"])
    def state(self):
        """Asked by a screen whose socket was closed: ``{"ended": bool}``, whether to go to the login page."""
        return {"ended": request.session.uid is None}


class ConnectHome(Home):
    @route()
    def web_login(self, redirect=None, **kw):
        """The login page says why the session before is over."""
        response = super().web_login(redirect=redirect, **kw)
        if request.params.get("login_success"):
            request.session.pop("connect_ended", None)
        elif response.is_qweb and request.httprequest.method == "GET":
            text = self._connect_ended_text(request.session.get("connect_ended"))
            if text:
                response.qcontext.setdefault("error", text)
        return response

    def _connect_ended_text(self, code):
        _ = request.env._
        return {
            "later": _("A later authorisation was detected"),
            "rights": _("Your rights have changed. Please log in again."),
            "suspended": _("The work of your service company in the program is suspended. Your data are kept."),
        }.get(code)
