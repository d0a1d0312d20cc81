import re

from odoo import models
from odoo.http import request
from psycopg2.errors import ReadOnlySqlTransaction

AGE = re.compile(r";\s*(?:max-age|expires)=[^;]*", re.IGNORECASE)


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _authenticate_explicit(cls, auth):
        """Remember why a session is over: the login page says it (ADM-06, POR-20)."""
        session = request.session
        ended = session.uid is not None and request.env["res.users"]._connect_session_end(session)
        if ended and request.env.cr.readonly:
            # a replica may not know yet of a login a moment ago: ask the database itself
            raise ReadOnlySqlTransaction()
        super()._authenticate_explicit(auth)
        if ended and session.uid is None:
            session["connect_ended"] = ended

    @classmethod
    def _post_dispatch(cls, response):
        """Without «Do not ask again» the session ends with the browser: its cookie has no age (POR-02)."""
        super()._post_dispatch(response)
        if request.session.get("connect_brief"):
            cookies = response.headers.getlist("Set-Cookie")
            response.headers.remove("Set-Cookie")
            for cookie in cookies:
                is_session = cookie.startswith("session_id=")
                response.headers.add("Set-Cookie", AGE.sub("", cookie) if is_session else cookie)

    def session_info(self):
        """The splash screen of the caller's company, for the start of the program (LIN-46, LIN-47), and where he
        begins his day."""
        info = super().session_info()
        if self.env.user and not self.env.user._is_public():
            info["connect_splash"] = self.env.user.company_id._connect_splash_url()
            info["home_action_id"] = info.get("home_action_id") or self.env.user._connect_home_action().id
        return info

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """The conversation of a ticket in the portal is Discuss's: its words, too, are the reader's."""
        return [*super()._get_translation_frontend_modules_name(), "mail"]
