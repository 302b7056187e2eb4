"""`python -m bench.explain WHAT SLUG [--plans]`: what pages cost the database, as Markdown.

WHAT is `lists`, `conversations` or `overview`; the database is the one that Sift would use.
"""

import contextlib
import os
import sys
from importlib import import_module

import django

from manage import needs_embedded_server
from sift_site.development import embedded_postgres

WHAT = ("lists", "conversations", "overview")


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in WHAT:
        sys.exit(f"usage: python -m bench.explain {'|'.join(WHAT)} SLUG [--plans]")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")
    with contextlib.ExitStack() as stack:
        if needs_embedded_server(["explain"]):
            stack.enter_context(embedded_postgres.PROJECT.in_use())
        django.setup()
        command = import_module(f"bench.explain.{sys.argv[1]}").Command()
        command.run_from_argv(["bench.explain", *sys.argv[1:]])


main()
