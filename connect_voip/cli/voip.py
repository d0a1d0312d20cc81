"""``odoo voip -c odoo.conf -d DB``: the bridge between this database and its Asterisk, as a process of its own.

One process serves one exchange. It holds a lock of PostgreSQL on a connection of its own; a second one waits for it
and takes over when the first is gone, within a second.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.sql_db import connection_info_for
from odoo.tools import config

_logger = logging.getLogger(__name__)

LOCK = 7361  # first half of the advisory lock's key; the second is the exchange
STANDBY = 0.5  # s between attempts to get it
LOST, REPLACED, MOVED = "the lock is lost", "replaced", "the exchange has other addresses"  # why serving ends
SWITCH = 0.0005  # s that a thread may compute on while the one that speaks with Asterisk has something to do
TIDY = 300.0  # s between looks for recordings that were left in Asterisk's spool
BEAT = 5.0  # s between signs of life, and between looks for orders whose NOTIFY was lost


class Voip(Command):
    """Run the bridge to Asterisk"""

    name = "voip"

    def run(self, cmdargs):
        parser = argparse.ArgumentParser(prog="odoo voip", description=self.__doc__)
        parser.add_argument("--pbx", type=int, default=0, help="number of the exchange; else the one that all share")
        options, rest = parser.parse_known_args(cmdargs)
        config.parse_config(rest, setup_logging=True)
        config["max_cron_threads"] = 0
        sys.setswitchinterval(SWITCH)
        database = config["db_name"][0] if isinstance(config["db_name"], list) else config["db_name"]
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(database, options.pbx))


def addresses(database, pbx_id):
    """Id and addresses of the exchange that this process is to serve: the one named, else the one that all companies
    share. A company that adds its own takes nobody's telephone away."""
    from odoo.addons.connect_voip.models.connect_pbx import ADDRESSES

    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        known = env["connect.pbx"].search([])
        shared = known.filtered(lambda each: not each.company_id) or known
        pbx = known.filtered(lambda each: each.id == pbx_id) if pbx_id else shared
        if len(pbx) != 1:
            names = ", ".join(f"{each.id}: {each.name}" for each in known)
            raise SystemExit(f"Name the exchange with --pbx. There are: {names or 'none; make one in the form'}.")
        return pbx.read(ADDRESSES)[0]


async def serve(database, pbx_id):
    """Serve until this process is ended. When PostgreSQL closes the connection that holds the lock, somebody else may
    hold it: begin again with waiting for it; and so when the exchange has got other addresses in its form."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, main.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            pbx_id = (await patiently(addresses, database, pbx_id))["id"]
            lock = await hold_lock(database, pbx_id)
            found = await patiently(addresses, database, pbx_id)  # since this one listens, which may have taken days
            if await hold(database, found, lock) == REPLACED:
                return
    _logger.info("The bridge ends; calls go on in Asterisk")


async def hold(database, found, lock):
    """Serve as long as the lock is ours. Says why it is over."""
    from odoo.addons.connect_voip.bridge.ami import Ami
    from odoo.addons.connect_voip.bridge.ari import Address, Ari
    from odoo.addons.connect_voip.bridge.runner import Runner
    from odoo.addons.connect_voip.models.connect_pbx import moved
    from odoo.addons.connect_voip.office import OdooOffice

    office = OdooOffice(database, found["id"])
    ari = Ari(Address(found["ari_url"].rstrip("/"), found["ari_user"], found["ari_password"] or ""))
    ami = Ami(found["ami_host"], found["ami_port"], found["ami_user"], found["ami_password"] or "")
    runner = Runner(ari, ami, office)
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    number = lock.fileno()
    loop.add_reader(number, _on_notice, lock, runner, over, moved(found["id"]))
    work = loop.create_task(runner.run())
    pulse = loop.create_task(beat(runner, ari, office))
    try:
        await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
        if over.done():
            _logger.warning("The bridge begins again: %s", over.result())
            return over.result()
        work.result()
        return REPLACED
    finally:
        loop.remove_reader(number)
        for task in (work, pulse):
            task.cancel()
        await asyncio.gather(work, pulse, return_exceptions=True)
        await runner.close()
        lock.close()


async def patiently(work, *args):
    """In a thread, again and again while PostgreSQL is away."""
    while True:
        try:
            return await asyncio.to_thread(work, *args)
        except psycopg2.OperationalError as error:
            _logger.warning("PostgreSQL is away: %s", str(error).strip())
            await asyncio.sleep(STANDBY)


async def hold_lock(database, pbx_id):
    """A connection that holds the exchange's lock and listens for orders."""
    waiting = False
    while True:
        connection = await patiently(connect, database)
        with connection.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, pbx_id])
            if cr.fetchone()[0]:
                cr.execute("LISTEN connect_voip")
                return connection
        connection.close()
        if not waiting:
            _logger.info("Another bridge serves this exchange: standing by")
        waiting = True
        await asyncio.sleep(STANDBY)


def connect(database):
    """A connection of our own: Odoo's pool would take it back."""
    _name, info = connection_info_for(database)
    connection = psycopg2.connect(**info)
    connection.autocommit = True
    return connection


def _on_notice(lock, runner, over, word):
    """Odoo has orders, or other addresses for the exchange; or the connection is broken."""
    try:
        lock.poll()
    except psycopg2.Error:
        if not over.done():
            over.set_result(LOST)
        return
    words = {notice.payload for notice in lock.notifies}
    lock.notifies.clear()
    if word in words and not over.done():
        over.set_result(MOVED)
    if over.done():
        return  # orders are for the next one
    runner.spawn(runner.look_for_orders())


async def beat(runner, ari, office):
    """Tell Odoo every few seconds that somebody is here, and whether Asterisk is. When it has found calls that nobody
    has seen, and now and then, their recordings are fetched."""
    loop = asyncio.get_running_loop()
    tidied = loop.time()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(runner.is_ready.wait(), BEAT)
    while True:
        version = ""
        if runner.is_ready.is_set():
            with contextlib.suppress(Exception):
                version = (await ari.get("/asterisk/info", only="system"))["system"]["version"]
        is_new = await runner.in_thread(office.beat, version, list(runner.lines))
        if version and (is_new or loop.time() > tidied + TIDY):
            tidied = loop.time()
            runner.tidy()
        await runner.look_for_orders()
        await asyncio.sleep(BEAT if version else 1)
