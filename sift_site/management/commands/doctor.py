"""`manage.py doctor`: whether all that Sift needs is as it needs it."""

from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sift_site.doctor import around, database, report, settings


class Command(BaseCommand):
    help = (
        "Look at settings, database, Redis, mail server, clock, disk, files and worker: a line "
        "each, ok, warn or wrong, and what to do about it. The status is 1 where "
        "something is wrong. Changes nothing, sends nothing and prints no secret."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, json: bool, **_: Any) -> None:
        findings = list(chain(settings.look(), database.look(), around.look()))
        self.stdout.write(report.as_json(findings) if json else report.as_lines(findings))
        if not report.is_healthy(findings):
            raise CommandError("Something is wrong.")
