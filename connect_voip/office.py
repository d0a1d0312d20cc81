"""Odoo's side of the bridge: answers ``bridge.office.Office`` out of the database, in the bridge's own process."""

import logging
from contextlib import contextmanager
from functools import partial

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from .bridge.office import Opening, Order
from .bridge.stages import unpack

_logger = logging.getLogger(__name__)


class OdooOffice:
    """One exchange's office. Its methods are called in several threads at once; each has a transaction of its own,
    repeated by Odoo when it collides with another."""

    def __init__(self, database, pbx_id):
        self.database, self.pbx_id = database, pbx_id

    # --- what the bridge calls ---

    def enter(self, entrance):
        values = vars(entrance)
        answer = self._do(lambda env: env["connect.call"]._enter(self.pbx_id, values))
        return Opening(unpack(answer["stages"]), answer.get("user_id", 0), answer.get("endpoint", ""))

    def ask(self, key, what, ref):
        return unpack(self._do(lambda env: env["connect.call"]._ask(key, what, ref)))

    def note(self, key, facts, snapshot):
        self._do(lambda env: env["connect.call"]._note(key, facts, snapshot))

    def orders(self):
        rows = self._do(lambda env: env["connect.call.order"]._take(self.pbx_id))
        return [Order(row["id"], row["key"], row["verb"], row["user_id"], row["data"] or {}) for row in rows]

    def refuse(self, order, code):
        self._do(lambda env: env["connect.call.order"].browse(order.number)._refuse(code))

    def tested(self, order, steps):
        self._do(lambda env: env["connect.pbx"].browse(self.pbx_id)._keep_test(order.user_id, steps))

    def open_calls(self):
        return self._do(lambda env: env["connect.call"]._open_calls(self.pbx_id))

    def lost(self, keys):
        self._do(lambda env: env["connect.call"]._lost(keys))

    def recorded(self, key, name, sound):
        return self._do(lambda env: env["connect.recording"]._keep(key, name, sound))

    def beat(self, version):
        self._do(lambda env: env["connect.pbx"].browse(self.pbx_id)._beat(version))

    # --- how ---

    @contextmanager
    def _env(self):
        with Registry(self.database).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _do(self, work):
        with self._env() as env:
            return retrying(partial(work, env), env)
