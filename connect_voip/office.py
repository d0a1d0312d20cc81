"""Odoo's side of the bridge: answers ``bridge.office.Office`` out of the database, in the bridge's own process."""

import logging
import random
import time

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .bridge.office import Opening, Order
from .bridge.stages import unpack

_logger = logging.getLogger(__name__)

LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)  # the connection
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # s at most, between attempts


class OdooOffice:
    """One exchange's office. Its methods are called in several threads at once; each has a transaction of its own."""

    def __init__(self, database, pbx_id):
        self.database, self.pbx_id = database, pbx_id

    # --- what the bridge calls ---

    def enter(self, entrance):
        values = vars(entrance)
        answer = self._do(lambda env: env["connect.call"]._enter(self.pbx_id, values))
        values = {name: answer[name] for name in ("user_id", "endpoint", "caller_id") if name in answer}
        return Opening(unpack(answer["stages"]), **values)

    def ask(self, key, what, ref, text):
        return unpack(self._do(lambda env: env["connect.call"]._ask(key, what, ref, text)))

    def wish(self, key, verb, user_id):
        self._do(lambda env: env["connect.call"]._wish(key, verb, user_id))

    def note(self, notes):
        """All in one transaction; one that Odoo cannot take does not cost the others. When PostgreSQL is lost on the
        way nobody knows what was kept: all is told again, and what was kept is kept once."""
        values = [list(vars(each).values()) for each in notes]
        try:
            self._do(lambda env: env["connect.call"]._note(values))
        except Exception as error:
            if isinstance(error, LOST) and not isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise
            _logger.exception("What has happened could not be noted: %s", ", ".join(each.key for each in notes))
            if len(notes) == 1:
                return [notes[0].key]
            return [key for each in notes for key in self.note([each])]
        return []

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
        return True

    def recorded(self, key, name, sound):
        return self._do(lambda env: env["connect.recording"]._keep(key, name, sound))

    def beat(self, version, keys):
        Registry(self.database).check_signaling()  # what other processes have changed: rights, settings, addons
        self._do(lambda env: env["connect.pbx"].browse(self.pbx_id)._beat(version))
        return bool(version) and self._do(lambda env: env["connect.pbx"].browse(self.pbx_id)._watch(keys))

    # --- how ---

    def _do(self, work):
        """Begun again at once when it collides with another transaction. Odoo's own ``retrying`` waits for up to two
        seconds first, and a caller would hear that."""
        for pause in PAUSES:
            try:
                return self._once(work)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("Collided, once more: %s", str(error).strip())
                time.sleep(random.uniform(0, pause))
        return self._once(work)

    def _once(self, work):
        registry = Registry(self.database)
        try:
            with registry.cursor() as cr:  # committed at its end
                answer = work(api.Environment(cr, SUPERUSER_ID, {}))
            registry.signal_changes()
        except Exception:
            registry.reset_changes()
            raise
        return answer
