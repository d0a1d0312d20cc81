"""What fetches, starts, tests and checks Connect on a fresh machine.

Run as ``python3 -m tools <command>``; the Makefile is a thin list of those commands. Everything that runs before the
virtual environment exists needs the standard library of Python 3.11 alone. Nothing outside the project folder's
``.connect/`` and the cache (``~/.cache/connect``) is written, except Chromium when root lets apt install it.
"""
