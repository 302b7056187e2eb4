"""An e-mail is one account's, however it is spelt."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from foundation.emails import LONGEST, email_key
from organisations.account_emails import account_key
from organisations.models import User
from tests.factories import make_invitation, make_user

migration = import_module("organisations.migrations.0024_fill_email_keys")
SPELLINGS = [
    "Ada@Example.com",
    "ａｄａ@example.com",
    "ⓐda@exam\N{ZERO WIDTH SPACE}ple.com",
    "mailto:ada@example.com",
    " Ada <ada@example.com> ",
]
OTHERS = [
    "admin@localhost",
    "İs@example.com",
    '"a b"@example.com',
    "nobody",
    "",
    "\0",
    "ﷺ" * LONGEST,
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_person_is_found_by_any_spelling(agency, typed):
    person = make_user(agency, email="ADA@example.com")

    assert User.objects.get_by_natural_key(typed) == person
    assert User.objects.id_of(typed) == person.pk


@pytest.mark.parametrize("typed", SPELLINGS)
def test_the_key_of_an_address_is_its_e_mail_key(typed):
    assert account_key(typed) == email_key(typed) == "ada@example.com"


@pytest.mark.parametrize("typed", OTHERS)
def test_what_is_no_address_has_a_key_that_a_column_holds(typed):
    assert len(account_key(typed)) <= LONGEST
    assert "\0" not in account_key(typed)


def test_an_e_mail_of_another_spelling_is_taken(agency, other_agency):
    make_user(agency, email="ada@example.com")

    with pytest.raises(IntegrityError, match="organisations_user_email_unique"):
        make_user(other_agency, email="ada@ｅxample.com")


def test_nobody_is_added_under_another_spelling_of_an_e_mail_that_is_taken(agency, other_agency):
    make_user(agency, email="ada@example.com")

    with pytest.raises(CommandError, match="already"):
        call_command(
            "create_user", "ada@ｅxample.com", organisation=other_agency.slug, name="Another Ada"
        )


def test_a_colleague_is_not_invited_under_another_spelling(signed_in_admin, agency, admin):
    make_user(agency, email="ada@example.com", name="Ada Byrne")
    make_invitation(agency, email="zoe@example.com")

    for email, why in (
        ("ada@ｅxample.com", "is in your team already"),
        ("Zoe@ｅxample.com", "has an open invitation"),
    ):
        answer = signed_in_admin.post("/settings/team/", {"email": email, "role": "agent"})

        assert answer.status_code == 422
        assert why in answer.content.decode()


# --- The migration --------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [*SPELLINGS, *OTHERS])
def test_the_migration_makes_the_keys_that_are_made_since(typed):
    assert migration.account_key(typed) == account_key(typed)


def test_the_migration_fills_in_the_keys_of_people_and_invitations(agency):
    person, (invitation, _) = make_user(agency, email="Ada@example.com"), make_invitation(agency)
    for row in (person, invitation):
        type(row).objects.filter(pk=row.pk).update(email_key="not yet")

    migration.fill(apps, None)

    for row in (person, invitation):
        row.refresh_from_db()
        assert row.email_key == account_key(row.email)


def test_the_migration_names_two_people_of_one_key_and_stops():
    ada, twin = (
        SimpleNamespace(id=n, email=email) for n, email in enumerate(["ada@x.uk", "ada@ｘ.uk"])
    )

    with pytest.raises(migration.TwoOfOneKey, match=r"'ada@x.uk' \(0\) and 'ada@ｘ.uk' \(1\)"):
        migration.refuse_twins("people", [(ada, "ada@x.uk"), (twin, "ada@x.uk")])
