from odoo.http import Controller, request, route


class ConnectFailure(Controller):
    @route("/connect/failure", type="jsonrpc", auth="user", methods=["POST"])
    def report(self, report=None):
        """A screen of the caller failed: ``{"kept": bool}``. Texts are cut to what the table holds."""
        # sudo: nobody who reports reads or writes failures; the method takes texts alone
        kept = request.env["connect.failure"].sudo()._report(request.env.user, report if type(report) is dict else {})
        return {"kept": kept}

    @route("/my/failures", type="http", auth="user", methods=["POST"], website=True)
    def consent(self, send="", **_post):
        """Allow or forbid the reports, from the portal's page of security (ADM-14)."""
        request.env.user.connect_send_failures = send == "1"
        return request.redirect("/my/security")
