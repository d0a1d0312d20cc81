from odoo.addons.web.controllers.home import Home
from odoo.http import Controller, request, route
from werkzeug.exceptions import NotFound


class ConnectSessionController(Controller):
    @route("/connect/session/state", type="jsonrpc", auth="public", methods=["POST"])
    def state(self):
        """Asked by a screen whose socket was closed: ``{"ended": bool}``, whether to go to the login page."""
        return {"ended": request.session.uid is None}

    @route("/connect/splash", type="http", auth="user", methods=["GET"], readonly=True)
    def splash(self, unique=""):
        """The splash screen of the caller's service company; its address changes with the picture."""
        # sudo: a picture that the company shows to all its people
        company = request.env.user.sudo().company_id
        if not company._connect_splash_url():
            raise NotFound()
        stream = request.env["ir.binary"]._get_image_stream_from(company, "connect_splash")
        return stream.get_response(immutable=bool(unique))


class ConnectHome(Home):
    @route()
    def web_login(self, redirect=None, **kw):
        """The login page says why the session before is over, and asks whether the next one outlives the browser."""
        response = super().web_login(redirect=redirect, **kw)
        if request.params.get("login_success"):
            request.session.pop("connect_ended", None)
            # an empty check box sends nothing; other login pages do not ask
            request.session["connect_brief"] = bool(kw.get("remember_asked") and not kw.get("remember"))
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
