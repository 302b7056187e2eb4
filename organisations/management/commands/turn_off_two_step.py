"""`manage.py turn_off_two_step EMAIL`: let somebody in who lost their app and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organisations.actors import SYSTEM
from organisations.models import User
from organisations.signing_in import two_step


class Command(BaseCommand):
    help = (
        "Have a person sign in with their password alone, until they set up two-step sign-in anew."
        " For an agency's only admin; of others an admin does it, under Settings, Team."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *, email: str, **_: Any) -> None:
        try:
            person = User.objects.get_by_natural_key(email)
        except (User.DoesNotExist, ValueError):  # ValueError: not even text
            raise CommandError(f"There is nobody with the e-mail {email!r}.") from None
        if not two_step.turn_off(person, by=SYSTEM):
            self.stdout.write(f"Two-step sign-in is off already for {person.email}.")
            return
        self.stdout.write(f"Two-step sign-in is off for {person.email}.")
