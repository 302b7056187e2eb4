"""`manage.py create_organisation NAME --slug S --plan growth` (CONTRACT.md, section 4)."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction

from organisations.commands import text_argument
from organisations.models import Organisation, Plan

_SLUG = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z")


class Command(BaseCommand):
    help = "Open an estate agency's account and print its slug."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--slug", required=True, help="small letters, digits and hyphens")
        parser.add_argument("--plan", choices=Plan.values, default=Plan.STARTER.value)

    def handle(self, *, name: str, slug: str, plan: str, **_: Any) -> None:
        name = text_argument("NAME", name, longest=200)
        try:
            _SLUG(slug)
        except ValidationError:
            raise CommandError(
                f"--slug is {slug!r}; it takes small letters and digits, with single hyphens"
                " between them, such as harbour-and-vale."
            ) from None
        if len(slug) > 63:
            raise CommandError(f"--slug takes at most 63 characters, not {len(slug)}.")
        if plan not in Plan.values:  # from Python the parser's choices are not looked at
            raise CommandError(f"--plan is {plan!r}; it takes one of {', '.join(Plan.values)}.")
        try:
            with transaction.atomic():
                Organisation.objects.create(name=name, slug=slug, plan=plan)
        except IntegrityError:
            raise CommandError(f"There is an organisation {slug!r} already.") from None
        self.stdout.write(slug)
