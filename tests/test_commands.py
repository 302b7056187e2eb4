"""`manage.py` commands as a shell runs them: what comes on which stream."""

import os
import subprocess
import sys

import pytest

from apikeys.keys import is_well_formed
from organisations.models import Letter, User
from tests.factories import make_organisation, make_user
from tests.servers import PROJECT, database_url

pytestmark = pytest.mark.django_db(transaction=True)


def manage(*words: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    """The command on the test's database, with no mail server, and `said` on standard input."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("EMAIL_")}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=env | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        input=said,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_a_new_key_is_alone_on_standard_output_and_its_letter_waits_for_the_worker():
    make_user(make_organisation(slug="harbour-vale"), role="admin", email="ada@example.com")

    done = manage("create_api_key", "harbour-vale", "CRM sync")

    [key] = done.stdout.splitlines()
    assert is_well_formed(key)
    assert done.stderr == ""
    [letter] = Letter.objects.waiting()
    assert (letter.kind, letter.address) == ("apikeys/mail/created", "ada@example.com")


def test_a_password_piped_in_is_the_persons():
    make_organisation(slug="harbour-vale")

    words = ["--organisation", "harbour-vale", "--role", "admin", "--name", "Ada Byrne"]
    manage("create_user", "ada@example.com", *words, said="lighthouse by the sea\n")

    person = User.objects.get_by_natural_key("ada@example.com")
    assert (person.role, person.name) == ("admin", "Ada Byrne")
    assert person.check_password("lighthouse by the sea")


def test_one_that_works_on_looks_for_garbage_as_python_does():
    done = manage("shell", "--verbosity=0", "-c", "import gc; print(gc.isenabled())")

    assert done.stdout == "True\n"
