"""The bus keeps its connection.

Each notification wakes the web servers by a NOTIFY in the database «postgres», and Odoo's pool keeps no connection to
that one, lest it be in the way of somebody who copies it. So each notification opens one: 10 ms, in which no other
thread gets a connection, and a process of PostgreSQL's for each. New databases are copied from ``db_template`` alone.
"""

from odoo import sql_db
from odoo.tools import config

BUS = "postgres"
_give_back_plain = sql_db.ConnectionPool.give_back


def _give_back(pool, connection, keep_in_pool=True):
    kept = not connection.closed and connection.info.dbname == BUS != config["db_template"]
    _give_back_plain(pool, connection, keep_in_pool=keep_in_pool or kept)


def install():
    sql_db.ConnectionPool.give_back = _give_back
