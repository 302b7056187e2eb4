"""The life of an API key on its settings tab."""

import re
import shlex
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape

from apikeys.models import ApiKey, DailyCalls
from apikeys.revoking import revoke
from foundation.days import today
from foundation.ids import uuid7
from organisations.agency import account
from organisations.models import Plan
from tests.factories import at, make_key

TAB = "/settings/api-keys/"
IN_SUMMER = date(today().year + 1, 7, 1)


def create(client, name="CRM sync", **more):
    return client.post(TAB, {"name": name, "scope": "read_write", "expires": "never"} | more)


def shown_key(answer) -> str | None:
    found = re.search(r'id="new-key"[^>]*value="([^"]+)"', answer.content.decode())
    return found and found[1]


def test_the_same_form_sent_twice_makes_no_second_key(signed_in_admin, agency):
    create(signed_in_admin)

    again = create(signed_in_admin, name=" crm SYNC ")

    assert again.status_code == 422
    assert shown_key(again) is None
    assert "Another key has this name" in again.content.decode()
    assert ApiKey.objects.count() == 1


def test_scope_expiry_and_maker_are_kept(signed_in_admin, admin):
    create(signed_in_admin, scope="read", expires="30")

    key = ApiKey.objects.get()
    assert (key.scope, key.created_by) == ("read", admin)
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_a_key_may_work_to_the_end_of_a_day_in_london(signed_in_admin, agency):
    create(signed_in_admin, expires="date", expires_on=str(IN_SUMMER))

    assert ApiKey.objects.get().expires_at == at(f"{IN_SUMMER} 22:59:59.999999")
    assert f"1 July {IN_SUMMER.year}" in signed_in_admin.get(TAB).content.decode()


@pytest.mark.parametrize(
    ("expires", "day", "field"),
    [
        ("date", "", "expires_on"),
        ("date", "soon", "expires_on"),
        ("date", "2026-02-30", "expires_on"),
        ("date", "2020-01-01", "expires_on"),
        ("date", "2999-01-01", "expires_on"),
        # What was said of the day is not passed over.
        pytest.param("never", str(IN_SUMMER), "expires", id="never-on a day"),
    ],
)
def test_a_day_that_cannot_be_is_named_beside_its_field(
    signed_in_admin, agency, expires, day, field
):
    answer = create(signed_in_admin, expires=expires, expires_on=day)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ApiKey.objects.exists()


def test_networks_are_kept_and_a_faulty_one_is_named(signed_in_admin, agency):
    refused = create(signed_in_admin, allowed_from="203.0.113.0/24\noffice")
    create(signed_in_admin, allowed_from="203.0.113.0/24\n2001:db8::1")

    assert refused.status_code == 422
    assert "“office” is no address or network" in refused.content.decode()
    assert ApiKey.objects.get().allowed_networks == ["203.0.113.0/24", "2001:db8::1/128"]
    assert "from 2 networks" in signed_in_admin.get(TAB).content.decode()


def test_a_key_for_a_websites_server_is_made_with_a_line_that_sends(signed_in_admin, agency):
    page = signed_in_admin.get(TAB).content.decode()
    answer = create(signed_in_admin, scope="capture")

    _, url, *_, body = shlex.split(answer.context["shown"].curl)
    key = answer.context["shown"].text
    sent = Client().post(
        urlsplit(url).path, body, content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip

    assert "For a website’s server: it can send and see nothing." in page
    assert ApiKey.objects.get().scope == "capture"
    assert sent.status_code == 201


def test_the_curl_line_is_for_sifts_own_url(signed_in_admin, agency, settings):
    settings.SIFT_URL = "https://sift.example.co.uk"
    answer = signed_in_admin.post(
        TAB,
        {"name": "CRM", "scope": "read", "expires": "never"},
        headers={"Host": "localhost"},
    )
    text = shown_key(answer)

    assert answer.context["shown"].curl == (
        f'curl -H "Authorization: Bearer {text}" "https://sift.example.co.uk/api/v1/leads?limit=5"'
    )
    assert escape(answer.context["shown"].curl) in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("scope", "admin"),
        ("scope", ""),
        ("expires", ""),
        ("expires", "31"),
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


def test_the_list_shows_the_agencys_keys_by_their_ends_and_how_they_were_used(
    signed_in_admin, agency, other_agency
):
    _, text = make_key(agency, name="CRM sync")
    used, _ = make_key(agency, name="Dashboards")
    ApiKey.objects.filter(pk=used.pk).update(
        last_used_at=timezone.now(), last_used_from="203.0.113.7"
    )
    count = DailyCalls.objects.create(
        organisation=agency, api_key=used, day=today(), calls=1204, refused=12, over_limit=5
    )
    theirs, _ = make_key(other_agency, name="Theirs")
    DailyCalls.objects.create(organisation=other_agency, api_key=theirs, day=today(), calls=77)

    page = signed_in_admin.get(TAB).content.decode()

    assert f"{text[:16]}…{text[-4:]}" in page
    assert "Never used" in page
    assert "from 203.0.113.7" in page
    assert (
        'aria-label="1,204 calls in the last 30 days, 12 of them refused; '
        f'most on {date_format(count.day, "j F")}: 1,204"'
    ) in page
    assert "1,204 calls, 12 refused, 5 of them over the limit" in " ".join(page.split())
    assert "120 requests a minute" in page
    assert text not in page
    assert "Theirs" not in page


def test_a_deleted_key_stays_listed_for_thirty_days_struck_out(signed_in_admin, agency):
    key, _ = make_key(agency, name="Old sync")
    revoke(key)

    page = signed_in_admin.get(TAB).content.decode()
    log = signed_in_admin.get(f"{TAB}{key.id}/")
    ApiKey.objects.update(revoked_at=timezone.now() - timedelta(days=30, minutes=1))
    later = signed_in_admin.get(TAB).content.decode()

    assert re.search(r"<s>.*Old sync.*</s>", page)
    assert "Deleted</strong>" in page
    assert f"{TAB}{key.id}/delete/" not in page
    assert log.status_code == 200
    assert "Old sync" not in later
    assert signed_in_admin.get(f"{TAB}{key.id}/").status_code == 404


def test_deleting_asks_first_and_names_what_will_happen(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")
    ApiKey.objects.update(last_used_at=timezone.now(), last_used_from="203.0.113.7")

    page = signed_in_admin.get(f"{TAB}{key.id}/delete/").content.decode()
    part = signed_in_admin.get(f"{TAB}{key.id}/delete/", headers={"HX-Request": "true"}).content

    assert "Requests with this key fail from the next one on" in page
    assert "Delete <bdi>CRM sync</bdi>" in page
    assert re.search("last used <time.*just now</time> from.*203.0.113.7", page)
    assert b"<html" not in part
    assert ApiKey.objects.unrevoked().exists()


def test_a_deleted_key_is_gone_and_its_name_free_again(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")

    answer = signed_in_admin.post(f"{TAB}{key.id}/delete/")

    assert (answer.status_code, answer["Location"]) == (303, TAB)
    assert not ApiKey.objects.unrevoked().exists()
    assert "CRM sync was deleted" in signed_in_admin.get(TAB).content.decode()
    assert signed_in_admin.post(f"{TAB}{key.id}/delete/").status_code == 404
    assert shown_key(create(signed_in_admin))


def test_another_agencys_key_cannot_be_deleted(signed_in_admin, other_agency):
    theirs, _ = make_key(other_agency)

    for key_id in (theirs.id, uuid7()):
        for act in ("", "edit/", "roll/", "delete/"):
            assert signed_in_admin.get(f"{TAB}{key_id}/{act}").status_code == 404
        for act in ("edit/", "roll/", "delete/"):
            assert signed_in_admin.post(f"{TAB}{key_id}/{act}").status_code == 404
    assert ApiKey.objects.unrevoked().count() == 1


def test_an_agent_is_told_that_keys_are_for_admins(signed_in, agency):
    key, _ = make_key(agency)

    answers = [
        signed_in.get(TAB),
        create(signed_in, name="Mine"),
        *(signed_in.get(f"{TAB}{key.id}/{act}") for act in ("", "edit/", "roll/", "delete/")),
        *(signed_in.post(f"{TAB}{key.id}/{act}") for act in ("edit/", "roll/", "delete/")),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "Only an admin of your agency" in answers[0].content.decode()
    assert ApiKey.objects.unrevoked().count() == 1
    assert "API keys" not in signed_in.get("/settings/profile/").content.decode()


def test_starter_is_told_what_it_lacks_and_offered_nothing_that_fails(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")
    growth = signed_in_admin.get(TAB).content.decode()

    account.change_plan(agency, Plan.STARTER)
    page = signed_in_admin.get(TAB).content.decode()

    for offered in ("Create key", f"{TAB}{key.id}/roll/", "SIFT_API_KEY"):
        assert offered in growth
        assert offered not in page
    assert "Starter plan, which has no API" in page
    assert f"{TAB}{key.id}/delete/" in page
    assert create(signed_in_admin).status_code == 403
    assert signed_in_admin.post(f"{TAB}{key.id}/roll/").status_code == 403
    assert ApiKey.objects.count() == 1


def test_fifty_keys_take_no_more_statements_than_one(signed_in_admin, admin, statements_of):
    make_key(admin.organisation, created_by=admin)
    one = statements_of(lambda: signed_in_admin.get(TAB))
    for _ in range(49):
        make_key(admin.organisation, created_by=admin)
    fifty = statements_of(lambda: signed_in_admin.get(TAB))

    assert one == fifty <= 4


# --- The tab --------------------------------------------------------------------------------------
def test_keys_stand_above_the_form_for_a_new_one(signed_in_admin, agency):
    make_key(agency, name="CRM sync")

    page = signed_in_admin.get("/settings/api-keys/").content.decode()

    assert page.index("CRM sync</bdi>") < page.index("New key</h2>")


def test_what_did_not_happen_today_is_not_counted_out(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")

    def page() -> str:
        return " ".join(signed_in_admin.get("/settings/api-keys/").content.decode().split())

    assert "<dt>Today</dt>" not in page()
    counted = DailyCalls.objects.create(organisation=agency, api_key=key, day=today(), calls=12)
    assert "12 calls" in page()
    assert "12 calls," not in page()
    DailyCalls.objects.filter(pk=counted.pk).update(refused=3, over_limit=1)
    assert "12 calls, 3 refused, 1 of them over the limit" in page()
