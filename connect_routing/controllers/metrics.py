"""Figures for monitoring in Prometheus's text format (docs/operations.md).

They are the whole installation's and name nobody. Without the system parameter ``connect_routing.metrics_token`` the
page does not exist; with it, it exists for whoever sends the token, and for everybody else it does not exist either.
"""

from odoo.http import Controller, request, route
from odoo.tools import consteq
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from werkzeug.exceptions import NotFound

from ..models.connect_metrics import TOKEN, TOKEN_LENGTH

SCHEME = "Bearer "


class ConnectMetrics(Controller):
    @route("/connect/metrics", type="http", auth="public", methods=["GET"], save_session=False)
    def metrics(self, **_query):
        """The gauges of ``connect.metrics``."""
        if not self._is_allowed(request.httprequest.headers.get("Authorization", "")):
            raise NotFound()
        registry = CollectorRegistry()
        # sudo: figures over all tenants, for whoever knows the installation's token
        for name, (text, value) in request.env["connect.metrics"].sudo()._gauges().items():
            Gauge(name, text, registry=registry).set(value)
        return request.make_response(
            generate_latest(registry), [("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")]
        )

    @staticmethod
    def _is_allowed(header):
        """Compared in constant time; a token that could be guessed counts as none."""
        # sudo: a secret of the installation, which only its administrators read; it is compared and not shown
        token = request.env["ir.config_parameter"].sudo().get_param(TOKEN) or ""
        if len(token) < TOKEN_LENGTH or not header.startswith(SCHEME):
            return False
        return consteq(header.removeprefix(SCHEME).strip().encode(), token.encode())
