"""`python -m bench.explain WHAT SLUG`: what pages of an agency ask of the database, as Markdown.

The database is Sift's own: what DATABASE_URL names, or the embedded one. `--bench-pages` takes the
one that `make bench-pages` has loaded.
"""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

import django
from django.core.management.base import CommandError

from bench import pages
from bench.database import environment
from bench.explain.report import Report
from sift_site.development import embedded_postgres

WHAT = ("lists", "conversations", "overview")


def main(words: list[str] | None = None) -> None:
    """Show what the words ask for; a line and exit status 1 where there is nothing to show."""
    wanted = _arguments(words)
    if wanted.bench_pages and not pages.SERVER.data.exists():
        sys.exit("Nothing is loaded yet: make bench-pages does that.")
    with _server(bench_pages=wanted.bench_pages) as url:
        if wanted.bench_pages:
            os.environ.update(environment(url))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")
        django.setup()
        report = Report(with_plans=wanted.plans)
        try:
            show(wanted.what, wanted.slug, report)
        except CommandError as error:
            sys.exit(str(error))


def show(what: str, slug: str, report: Report) -> None:
    """CommandError where no organisation with an open account has the slug."""
    from organisations.commands import open_organisation  # models, so only once Django is set up

    page = import_module(f"bench.explain.{what}")
    page.show(open_organisation(slug), report)
    report.end()


def _server(*, bench_pages: bool) -> AbstractContextManager[str]:
    """The embedded server that is asked, running; none where DATABASE_URL names another."""
    if bench_pages:
        return pages.SERVER.in_use()
    named = os.environ.get("DATABASE_URL", "").strip()
    return nullcontext(named) if named else embedded_postgres.PROJECT.in_use()


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.explain", description=__doc__)
    parser.add_argument("what", choices=WHAT, metavar="WHAT", help=", ".join(WHAT))
    parser.add_argument("slug", metavar="SLUG", help="the organisation's")
    parser.add_argument("--plans", action="store_true", help="with the plan of every statement")
    parser.add_argument("--bench-pages", action="store_true", help="ask what that program loaded")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
