"""Who is logged in, and until when: one session per login, ended by a later one, a change of rights or a suspension.

A session carries a token that Odoo compares at every request and at every wake-up of a websocket. Ours adds two
counters of the account to it: logins and changes of rights. Raising one ends every older session everywhere, with no
list of sessions to keep and no cache to clear. A suspended company gives no token at all. The price is one select by
primary key per request.

API keys know no session: a later login leaves them alone, a suspension does not.
"""

from datetime import datetime

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.http import request
from odoo.tools import SQL, str2bool

LATER, RIGHTS, SUSPENDED = "later", "rights", "suspended"
EXEMPT = ("connect_lines.group_platform", "connect_lines.group_support_staff")
# whatever is written here may end sessions: their sockets are woken to find out
TOKEN_FIELDS = frozenset({"password", "new_password", "login", "active", "group_ids", "company_id", "company_ids"})
RIGHTS_FIELDS = frozenset({"group_ids", "company_id", "company_ids"})


class ResUsers(models.Model):
    _inherit = "res.users"

    connect_login_no = fields.Integer("Logins counted", readonly=True, copy=False, groups="base.group_system")
    connect_rights_no = fields.Integer("Changes of rights", readonly=True, copy=False, groups="base.group_system")

    # ------------------------------------------------------------
    # logging in
    # ------------------------------------------------------------

    def _login(self, credential, user_agent_env):
        auth_info = super()._login(credential, user_agent_env=user_agent_env)
        if user_agent_env and user_agent_env.get("interactive"):
            # sudo: the counter of the account that has just proved its password
            self.sudo().browse(auth_info["uid"])._connect_count_login()
        return auth_info

    def _check_credentials(self, credential, env):
        auth_info = super()._check_credentials(credential, env)
        self.env["res.users"].browse(auth_info["uid"])._connect_check_not_suspended()
        return auth_info

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """Odoo remembers the answer for a password; a suspension does not wait for that to be forgotten."""
        result = super()._check_uid_passwd(uid, passwd)
        self.browse(uid)._connect_check_not_suspended()
        return result

    def _connect_count_login(self):
        # sudo: a setting of the installation
        setting = self.env["ir.config_parameter"].sudo().get_param("connect_lines.single_session", "True")
        if not str2bool(setting, True):
            return
        # past the ORM: no write of a user, which would clear the caches of all processes at every login
        self.env.cr.execute(
            SQL("UPDATE res_users SET connect_login_no = coalesce(connect_login_no, 0) + 1 WHERE id = %s", self.id)
        )
        self.invalidate_recordset(["connect_login_no"])
        self._connect_wake_sockets()

    def _connect_check_not_suspended(self):
        if self._connect_session_state()[2]:
            name = self.sudo().company_id.name  # sudo: his own company, the password has just been proved
            raise AccessDenied(
                self.env._("The work of %s in the program is suspended. Your data are kept; contact them.", name)
            )

    # ------------------------------------------------------------
    # the token
    # ------------------------------------------------------------

    def _compute_session_token(self, sid):
        logins, rights, is_suspended = self._connect_session_state()
        if is_suspended:
            return False
        token = super()._compute_session_token(sid)
        return token and f"{token}-{logins}-{rights}"

    def _connect_session_state(self):
        """:return: (logins counted, changes of rights counted, whether the account's company is suspended)"""
        self.flush_recordset(["connect_login_no", "connect_rights_no", "company_id"])
        self.env["res.company"].flush_model(["connect_access", "connect_access_until"])
        rows = self.env.execute_query(
            SQL(
                "SELECT coalesce(u.connect_login_no, 0), coalesce(u.connect_rights_no, 0), c.connect_access,"
                " c.connect_access_until, p.tz FROM res_users u JOIN res_company c ON c.id = u.company_id"
                " JOIN res_partner p ON p.id = c.partner_id WHERE u.id = %s",
                self.id,
            )
        )
        if not rows:
            return 0, 0, False
        logins, rights, access, until, zone = rows[0]
        is_over = access == "trial" and until and until < datetime.now(pytz.timezone(zone or "UTC")).date()
        is_suspended = (access == "suspended" or is_over) and not any(self.has_group(group) for group in EXEMPT)
        return logins, rights, bool(is_suspended)

    def _connect_session_end(self, session):
        """Why the session of a browser is over: 'later', 'rights', 'suspended', or False while it is not for us."""
        user = self.browse(session.uid)
        logins, rights, is_suspended = user._connect_session_state()
        if is_suspended:
            return SUSPENDED
        stored = (session.session_token or "").split("-")
        if len(stored) != 3:
            return False
        if stored[2] != str(rights):
            return RIGHTS
        return LATER if stored[1] != str(logins) else False

    # ------------------------------------------------------------
    # what ends sessions
    # ------------------------------------------------------------

    def write(self, vals):
        rights = self._connect_rights() if RIGHTS_FIELDS & vals.keys() else {}
        result = super().write(vals)
        if rights:
            now = self._connect_rights()
            self.filtered(lambda user: rights[user.id] != now[user.id])._connect_end_sessions()
        if TOKEN_FIELDS & vals.keys():
            self._connect_wake_sockets()
        if vals.get("active") is False:
            self._on_locked_out()
        return result

    def _on_locked_out(self):
        """These accounts are blocked, or their company is suspended: whatever they were doing goes on without them."""

    def _connect_rights(self):
        # sudo: groups and companies of accounts, compared only
        return {user.id: (user.group_ids, user.company_id, user.company_ids) for user in self.sudo()}

    def _connect_end_sessions(self):
        """The rights of these accounts have changed: everybody logs in again; whoever changes his own stays."""
        for user in self.sudo():  # sudo: a counter
            user.connect_rights_no += 1
            if request and getattr(request, "session", None) and request.session.uid == user.id:
                request.session.session_token = user._compute_session_token(request.session.sid)

    def _connect_wake_sockets(self):
        """Open screens find out at once: a socket that is woken checks its session first."""
        for user in self.sudo():  # sudo: the channel of the account's contact
            self.env["bus.bus"]._sendone(user.partner_id, "connect.session/check", {})


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _check_credentials(self, *, scope, key):
        uid = super()._check_credentials(scope=scope, key=key)
        if uid and self.env["res.users"].browse(uid)._connect_session_state()[2]:
            return None
        return uid
