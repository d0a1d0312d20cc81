"""A database of one's own on the shared cluster: several people can work side by side on one machine."""

from __future__ import annotations

import argparse

from . import addons, database, server, templates
from .say import say


def run(options: argparse.Namespace, rest: list[str]) -> int:
    """Make the database, bring it to the code's state, then serve or test as asked."""
    if options.fresh:
        database.drop(options.db)
    asked = [name for name in f"{options.init},{options.update}".split(",") if name]
    before = set(database.noted(options.db)) & set(addons.found())
    wanted = addons.closure(before | set(asked))
    if not database.exists(options.db):
        database.clone(templates.base(wanted), options.db)
    database.upgrade(options.db, wanted, forced=[name for name in options.update.split(",") if name])
    say(f"database {options.db} is ready with {', '.join(wanted) or 'no addon of ours'}")
    if options.test:
        from . import suites

        return suites.on_database(options.db, [*options.test, *rest])
    return server.serve(options.db, options.port) if options.port else 0
