"""`manage.py create_user EMAIL --organisation S --role admin` (CONTRACT.md, section 4)."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from organisations.actors import SYSTEM
from organisations.admins import tell_of_new_admin
from organisations.audit import record_about
from organisations.commands import open_organisation, text_argument
from organisations.models import AuditAction, Role, User


class Command(BaseCommand):
    help = (
        "Add a person to an organisation. The password is the first line of standard input, or is"
        " asked for twice on a terminal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--organisation", metavar="SLUG", required=True)
        parser.add_argument("--role", choices=Role.values, default=Role.AGENT.value)
        parser.add_argument("--name", required=True)

    def handle(self, *, email: str, organisation: str, role: str, name: str, **_: Any) -> None:
        tenant = open_organisation(organisation)
        email = text_argument("EMAIL", email, longest=254)
        name = text_argument("--name", name, longest=200)
        if role not in Role.values:  # from Python the parser's choices are not looked at
            raise CommandError(f"--role is {role!r}; it takes one of {', '.join(Role.values)}.")
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address.") from None
        if _is_taken(email):  # before a password is asked for
            raise CommandError(f"There is a person with the e-mail {email} already.")
        password = _password(User(organisation=tenant, email=email, name=name))
        try:
            with transaction.atomic():
                person = User.objects.create_user(
                    organisation=tenant, email=email, name=name, role=role, password=password
                )
                if person.is_admin:
                    tell_of_new_admin(person, by=SYSTEM)
                record_about(person, AuditAction.PERSON_ADDED, by=SYSTEM, role=role)
        except IntegrityError:
            raise CommandError(f"There is a person with the e-mail {email} already.") from None
        self.stdout.write(f"{email} may sign in at {tenant.name} as {role}.")


def _is_taken(email: str) -> bool:
    try:
        User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return False
    return True


def _password(person: User) -> str:
    """The password, found good enough for this person; CommandError where it is not."""
    password = _asked_twice() if sys.stdin.isatty() else _first_line()
    if not password:
        raise CommandError("There is no password: it is the first line of standard input.")
    if "\x00" in password:
        raise CommandError("The password holds a NUL character, which no form takes.")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def _first_line() -> str:
    try:
        line = sys.stdin.readline().rstrip("\r\n")
        line.encode()  # some locales hand bytes on that are no UTF-8, as halves of pairs
        return line
    except UnicodeError:
        raise CommandError("The password on standard input is not UTF-8.") from None


def _asked_twice() -> str:
    try:
        password = getpass("Password: ")
        again = getpass("The same again: ")
    except (KeyboardInterrupt, EOFError):
        raise CommandError("Stopped: nobody was added.", returncode=130) from None
    if password != again:
        raise CommandError("The two passwords differ: nobody was added.")
    return password
