"""The life of an API key on its settings tab."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apikeys import keys
from apikeys.models import ApiKey
from organisations.ids import uuid7
from tests.factories import make_key

TAB = "/settings/api-keys/"


def create(client, name="CRM sync", **more):
    return client.post(TAB, {"name": name, "scope": "read_write", "expires_in_days": ""} | more)


def shown_key(answer) -> str | None:
    found = re.search(r'id="new-key"[^>]*value="([^"]+)"', answer.content.decode())
    return found and found[1]


def everything_stored() -> str:
    """Every value of every table, sessions decoded."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            rows += [text for (text,) in cursor.fetchall()]
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(rows + sessions)


def test_a_new_key_is_shown_in_the_answer_to_its_making_and_never_again(signed_in_admin, agency):
    answer = create(signed_in_admin)
    text = shown_key(answer)
    key = ApiKey.objects.get()
    addresses = (TAB, "/", "/settings/profile/")
    later = [signed_in_admin.get(address).content.decode() for address in addresses]

    assert answer.status_code == 200
    assert keys.is_well_formed(text)
    assert key.digest == keys.digest_of(text)
    assert answer["Cache-Control"] == "private, no-store"
    assert all(text not in page for page in later)
    assert text not in str(signed_in_admin.cookies)
    assert text not in everything_stored()
    assert key.prefix in everything_stored()  # the search finds what is there


def test_the_same_form_sent_twice_makes_no_second_key(signed_in_admin, agency):
    create(signed_in_admin)

    again = create(signed_in_admin, name=" crm SYNC ")

    assert again.status_code == 422
    assert shown_key(again) is None
    assert "Another key has this name" in again.content.decode()
    assert ApiKey.objects.count() == 1


def test_scope_expiry_and_maker_are_kept(signed_in_admin, admin):
    create(signed_in_admin, scope="read", expires_in_days="30")

    key = ApiKey.objects.get()
    assert (key.scope, key.created_by) == ("read", admin)
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("scope", "admin"),
        ("scope", ""),
        ("expires_in_days", "0"),
        ("expires_in_days", "-1"),
        ("expires_in_days", "soon"),
        ("expires_in_days", "99999999999999999999"),
    ],
)
def test_a_faulty_form_comes_back_with_its_fault_beside_the_field(
    signed_in_admin, agency, field, value
):
    answer = create(signed_in_admin, **{field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["two\nlines", "right to\u202eleft", "tab\tbed"])
def test_a_name_is_what_the_command_line_takes_too(signed_in_admin, agency, name):
    answer = create(signed_in_admin, name=name)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]
    with pytest.raises(CommandError, match="printable"):
        call_command("create_api_key", agency.slug, name)
    assert not ApiKey.objects.exists()


def test_a_name_of_eighty_characters_is_taken(signed_in_admin, agency):
    assert shown_key(create(signed_in_admin, name="x" * 80))


def test_the_list_shows_the_agencys_standing_keys_by_their_ends(
    signed_in_admin, agency, other_agency
):
    _, text = make_key(agency, name="CRM sync")
    make_key(agency, name="Revoked")[0].revoke()
    make_key(other_agency, name="Theirs")

    page = signed_in_admin.get(TAB).content.decode()

    assert f"{text[:16]}…{text[-4:]}" in page
    assert "Never used" in page
    assert text not in page
    assert "Revoked" not in page
    assert "Theirs" not in page


def test_deleting_asks_first_and_names_what_will_happen(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")

    page = signed_in_admin.get(f"{TAB}{key.id}/delete/").content.decode()
    part = signed_in_admin.get(f"{TAB}{key.id}/delete/", headers={"HX-Request": "true"}).content

    assert "Requests with this key fail from the next one on" in page
    assert "Delete <bdi>CRM sync</bdi>" in page
    assert b"<html" not in part
    assert ApiKey.objects.standing().exists()


def test_a_deleted_key_is_gone_and_its_name_free_again(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")

    answer = signed_in_admin.post(f"{TAB}{key.id}/delete/")

    assert (answer.status_code, answer["Location"]) == (303, TAB)
    assert not ApiKey.objects.standing().exists()
    assert "CRM sync was deleted" in signed_in_admin.get(TAB).content.decode()
    assert signed_in_admin.post(f"{TAB}{key.id}/delete/").status_code == 404
    assert shown_key(create(signed_in_admin))


def test_another_agencys_key_cannot_be_deleted(signed_in_admin, other_agency):
    theirs, _ = make_key(other_agency)

    for key_id in (theirs.id, uuid7()):
        assert signed_in_admin.get(f"{TAB}{key_id}/delete/").status_code == 404
        assert signed_in_admin.post(f"{TAB}{key_id}/delete/").status_code == 404
    assert ApiKey.objects.standing().exists()


def test_an_agent_is_told_that_keys_are_for_admins(signed_in, agency):
    key, _ = make_key(agency)

    answers = [
        signed_in.get(TAB),
        create(signed_in, name="Mine"),
        signed_in.get(f"{TAB}{key.id}/delete/"),
        signed_in.post(f"{TAB}{key.id}/delete/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "Only an admin of your agency" in answers[0].content.decode()
    assert ApiKey.objects.standing().count() == 1


def test_starter_is_told_that_its_keys_are_refused(signed_in_admin, agency):
    assert "has no API" not in signed_in_admin.get(TAB).content.decode()

    agency.plan = "starter"
    agency.save(update_fields=["plan"])

    assert "has no API" in signed_in_admin.get(TAB).content.decode()
    assert shown_key(create(signed_in_admin))


def test_fifty_keys_take_no_more_statements_than_one(signed_in_admin, admin, statements_of):
    make_key(admin.organisation, created_by=admin)
    one = statements_of(lambda: signed_in_admin.get(TAB))
    for _ in range(49):
        make_key(admin.organisation, created_by=admin)
    fifty = statements_of(lambda: signed_in_admin.get(TAB))

    assert one == fifty <= 3
