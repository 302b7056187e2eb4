"""manage.py create_api_key and revoke_api_key."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apikeys.keys import is_well_formed
from apikeys.models import ApiKey
from organisations.agency import account
from organisations.models import AuditEntry
from tests.api.conftest import client_with
from tests.factories import make_key
from tests.letters import send_letters

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def status_with(key: str) -> int:
    return client_with(key).get("/api/v1/leads").status_code


def test_the_key_alone_is_printed_and_works(agency):
    printed = run("create_api_key", "harbour-vale", "Our CRM")

    assert printed.endswith("\n")
    assert is_well_formed(printed.removesuffix("\n"))
    assert status_with(printed.strip()) == 200
    [key] = ApiKey.objects.for_organisation(agency)
    assert (key.name, key.scope, key.expires_at) == ("Our CRM", "read_write", None)


def test_scope_and_expiry_may_be_given(agency):
    run("create_api_key", "harbour-vale", "CRM", "--scope", "read", "--expires-in-days", "30")

    [key] = ApiKey.objects.for_organisation(agency)
    assert key.scope == "read"
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "CRM"], "no organisation 'nowhere'"),
        (["\udcff", "CRM"], "no organisation"),  # a byte that is no UTF-8
        (["harbour-vale", ""], "NAME takes 1 to 80"),
        (["harbour-vale", "  "], "NAME takes 1 to 80"),
        (["harbour-vale", "x" * 81], "NAME takes 1 to 80"),
        (["harbour-vale", "a\x00b"], "NAME takes 1 to 80"),
        (["harbour-vale", "CRM", "--scope", "write"], "it takes read, read_write or capture"),
        (["harbour-vale", "CRM", "--expires-in-days", "0"], "whole number from 1"),
        (["harbour-vale", "CRM", "--expires-in-days", "-1"], "whole number from 1"),
        (["harbour-vale", "CRM", "--expires-in-days", "1.5"], "whole number from 1"),
        (["harbour-vale", "CRM", "--expires-in-days", "9" * 12], "whole number from 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(agency, arguments, said):
    with pytest.raises(CommandError, match=said):
        run("create_api_key", *arguments)

    assert not ApiKey.objects.for_organisation(agency).exists()


def test_a_name_is_taken_whatever_its_case_until_its_key_is_revoked(agency, other_agency):
    first = run("create_api_key", "harbour-vale", "CRM").strip()
    run("create_api_key", "northgate", "CRM")

    with pytest.raises(CommandError, match="has a key named 'crm' already"):
        run("create_api_key", "harbour-vale", "crm")

    run("revoke_api_key", first[:16])
    run("create_api_key", "harbour-vale", "crm")


@pytest.mark.parametrize(
    "form", [lambda k: k[:16], lambda k: k, lambda k: f"{k[:16]}…{k[-4:]}", lambda k: f" {k}\n"]
)
def test_a_key_is_revoked_by_its_prefix_or_as_a_whole(agency, form):
    key, other = (run("create_api_key", "harbour-vale", name).strip() for name in ("A", "B"))

    said = run("revoke_api_key", form(key))

    assert "Revoked" in said
    assert key not in said
    assert status_with(key) == 401
    assert status_with(other) == 200


def test_revoking_twice_says_so_calmly_and_keeps_the_first_time(agency):
    key = run("create_api_key", "harbour-vale", "CRM").strip()
    run("revoke_api_key", key)
    first = ApiKey.objects.get().revoked_at

    assert "was revoked already" in run("revoke_api_key", key)
    assert ApiKey.objects.get().revoked_at == first


@pytest.mark.parametrize("prefix", ["", "sk_live_", "sk_live_ABCDEFGH", "sk_live_é", "nonsense"])
def test_an_unknown_prefix_is_refused_with_what_is_accepted(agency, prefix):
    run("create_api_key", "harbour-vale", "CRM")

    with pytest.raises(CommandError, match="takes the visible prefix"):
        run("revoke_api_key", prefix)


def test_a_mistyped_whole_key_is_not_repeated_and_revokes_nothing(agency):
    key = run("create_api_key", "harbour-vale", "CRM").strip()

    with pytest.raises(CommandError) as error:
        run("revoke_api_key", key[:-1])

    assert key[:20] not in str(error.value)
    assert status_with(key) == 200


def test_a_closed_account_gets_no_new_key(agency):
    account.close(agency)

    with pytest.raises(CommandError, match="'harbour-vale' is closed"):
        run("create_api_key", "harbour-vale", "CRM")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("prefix", ["", "sk_live_", "sk_live_\x00", "sk_live_\udcff", "é…"])
def test_what_can_be_no_prefix_revokes_nothing(agency, prefix):
    make_key(agency)

    with pytest.raises(CommandError, match="There is no such key"):
        run("revoke_api_key", prefix)
    assert ApiKey.objects.unrevoked().count() == 1


def test_admins_hear_of_what_is_done_on_the_server_and_the_trail_names_the_system(
    agency, admin, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        key = run("create_api_key", "harbour-vale", "CRM").strip()
        run("revoke_api_key", key[:16])
        run("revoke_api_key", key[:16])
    send_letters()

    assert [letter.subject for letter in mailoutbox] == [
        "API key “CRM” was created",
        "API key “CRM” was deleted",
    ]
    assert "Somebody with access to Sift's server" in mailoutbox[0].body
    assert all(key not in letter.body for letter in mailoutbox)
    entries = AuditEntry.objects.for_organisation(agency).order_by("created_at", "id")
    assert list(entries.values_list("action", "actor_kind", "actor_id")) == [
        ("key_created", "system", None),
        ("key_deleted", "system", None),
    ]
