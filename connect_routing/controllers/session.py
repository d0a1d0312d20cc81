from odoo import http
from odoo.addons.web.controllers.session import Session
from odoo.http import request


class ConnectSession(Session):
    @http.route()
    def logout(self, redirect="/odoo"):
        if request.session.uid:
            # sudo: leaving is written into the log of whoever leaves, by the system
            request.env["connect.agent"].sudo()._on_logout(request.session.uid)
        return super().logout(redirect=redirect)
