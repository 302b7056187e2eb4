"""Settings, Webhooks: admins set endpoints up, see how they do, and have them told again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from organisations.agency import account
from organisations.models import AuditEntry, Plan
from tests.factories import arrived_lead, make_delivery, make_endpoint
from webhooks.models import Endpoint, Waiting

pytestmark = pytest.mark.django_db

TAB = "/settings/webhooks/"
GOOD = {"url": "https://crm.example.com/sift", "told": "all", "include": "lead"}


@pytest.fixture
def endpoint(agency) -> Endpoint:
    return make_endpoint(agency)


def page_of(endpoint: Endpoint) -> str:
    return f"{TAB}{endpoint.id}/"


def shown_secret(answer) -> str | None:
    found = re.search(r'id="new-secret"[^>]*value="([^"]+)"', answer.text)
    return found and found[1].replace("&#x2B;", "+")


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", answer.text).split())


def test_a_webhook_is_set_up_and_its_secret_shown_once(signed_in_admin, admin, agency, letters_of):
    answer, letters = letters_of(lambda: signed_in_admin.post(TAB, GOOD))

    endpoint = Endpoint.objects.get()
    assert shown_secret(answer) == endpoint.secret
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.secret not in signed_in_admin.get(TAB).text
    assert endpoint.secret not in signed_in_admin.get(page_of(endpoint)).text
    assert [letter.subject for letter in letters] == ["A webhook to “crm. example. com” is set up"]
    entry = AuditEntry.objects.latest("created_at")
    assert (entry.action, entry.names["target"]) == ("webhook_created", "crm.example.com")


def test_a_form_that_is_pressed_twice_makes_one_and_shows_its_secret_again(signed_in_admin, agency):
    form = GOOD | {"form_id": "pressed-twice-0123456"}

    first, second = [signed_in_admin.post(TAB, form) for _ in range(2)]

    assert shown_secret(first) == shown_secret(second) == Endpoint.objects.get().secret


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"url": ""}, "Give the address"),
        ({"url": "http://crm.example.com/"}, "must begin with https://"),
        ({"url": "https://127.0.0.1/"}, "must be an address|not public"),
        ({"told": "some"}, "Tick at least one"),
        ({"types": ["lead.created"]}, "Only what is ticked"),
        ({"told": "some", "types": ["lead.exploded"]}, "Choose among those"),
        ({"include": "all"}, "Choose one of the two"),
    ],
)
def test_what_cannot_be_set_is_said_beside_its_field(
    signed_in_admin, agency, settings, changed, says
):
    settings.SIFT_WEBHOOK_ALLOW = []

    answer = signed_in_admin.post(TAB, GOOD | changed)

    assert answer.status_code == 422
    assert re.search(says, words(answer))
    assert not Endpoint.objects.exists()


def test_agents_see_none_of_it(signed_in, endpoint):
    assert signed_in.get(TAB).status_code == 403
    assert signed_in.get(page_of(endpoint)).status_code == 403
    assert signed_in.post(f"{page_of(endpoint)}replay/", {"after": 0}).status_code == 403


def test_on_starter_none_is_made_and_the_page_says_why(signed_in_admin, agency, endpoint):
    account.change_plan(agency, Plan.STARTER)

    page = signed_in_admin.get(TAB)

    assert "Starter plan" in words(page)
    assert "New webhook" not in page.text
    assert signed_in_admin.post(TAB, GOOD).status_code == 403
    assert signed_in_admin.post(f"{page_of(endpoint)}test/").status_code == 403


def test_the_list_says_how_each_does(signed_in_admin, agency, settings):
    two_minutes_ago = timezone.now() - timedelta(minutes=2)
    arrived_lead(agency)
    failing, behind, fine, off = [make_endpoint(agency) for _ in range(4)]
    Endpoint.objects.filter(pk=failing.pk).update(
        failing_since=timezone.now(), next_try_at=timezone.now() + timedelta(minutes=30)
    )
    Endpoint.objects.filter(pk=fine.pk).update(told_at=two_minutes_ago)
    Endpoint.objects.filter(pk=off.pk).update(enabled=False, off_because="gone")
    arrived_lead(agency)
    Endpoint.objects.exclude(pk=behind.pk).update(position=2)

    said = words(signed_in_admin.get(TAB))

    local = timezone.localtime
    next_try = local(Endpoint.objects.get(pk=failing.pk).next_try_at)
    assert f"Failing since {local():%H:%M}" in said
    assert f"next try {next_try:%H:%M}" in said or f"{next_try:%H:%M}" in said
    assert "Told up to just now" in said
    assert "Up to date, last told 2 minutes ago" in said
    assert "Off: it answered 410: gone" in said


def test_a_test_is_on_its_way_once_its_button_was_pressed(signed_in_admin, endpoint):
    answer = signed_in_admin.post(f"{page_of(endpoint)}test/", follow=True)

    assert "A test is on its way" in words(answer)
    assert Waiting.objects.get().is_test


def test_it_is_switched_off_and_on_and_its_settings_changed(signed_in_admin, endpoint):
    signed_in_admin.post(f"{page_of(endpoint)}switch/", {"on": "0"})
    assert not Endpoint.objects.get().enabled
    signed_in_admin.post(f"{page_of(endpoint)}switch/", {"on": "1"})
    assert Endpoint.objects.get().enabled

    signed_in_admin.post(
        f"{page_of(endpoint)}edit/", GOOD | {"told": "some", "types": ["lead.created"]}
    )

    endpoint.refresh_from_db()
    assert endpoint.types == ["lead.created"]


def test_a_secret_is_rolled_and_the_new_one_shown_once(signed_in_admin, endpoint):
    before = endpoint.secret

    assert "24 hours" in signed_in_admin.get(f"{page_of(endpoint)}roll/").text
    answer = signed_in_admin.post(f"{page_of(endpoint)}roll/")

    endpoint.refresh_from_db()
    assert shown_secret(answer) == endpoint.secret != before
    assert endpoint.former_secret == before


def test_it_is_deleted_after_a_question(signed_in_admin, endpoint):
    make_delivery(endpoint)

    assert "cannot be undone" in signed_in_admin.get(f"{page_of(endpoint)}delete/").text
    signed_in_admin.post(f"{page_of(endpoint)}delete/")

    assert not Endpoint.objects.exists()


def test_deliveries_are_filtered_by_failed(signed_in_admin, endpoint):
    make_delivery(endpoint, type="lead.created")
    make_delivery(endpoint, type="lead.merged", status=500)

    everything = signed_in_admin.get(page_of(endpoint)).text
    failed = signed_in_admin.get(f"{page_of(endpoint)}?failed=1").text

    assert "lead.created" in everything
    assert "lead.merged" in everything
    assert "lead.merged" in failed
    assert "lead.created" not in failed


def test_a_delivery_shows_what_was_sent_built_anew_and_what_came_back(
    signed_in_admin, agency, endpoint
):
    lead = arrived_lead(agency, name="Zoë <Byrne>")
    delivery = make_delivery(endpoint, lead_id=lead.id, status=400, answer="<no> thanks")

    answer = signed_in_admin.get(f"{page_of(endpoint)}deliveries/{delivery.id}/")

    assert "Zoë &lt;Byrne&gt;" in answer.text
    assert "&lt;no&gt; thanks" in answer.text
    assert "&quot;type&quot;: &quot;lead.created&quot;" in answer.text


def test_a_delivery_of_what_the_feed_no_longer_has_says_so(signed_in_admin, endpoint):
    delivery = make_delivery(endpoint, position=77)

    answer = signed_in_admin.get(f"{page_of(endpoint)}deliveries/{delivery.id}/")

    assert "no longer kept" in answer.text


def test_one_event_or_all_that_failed_are_redelivered(signed_in_admin, agency, endpoint):
    arrived_lead(agency)
    delivery = make_delivery(endpoint, status=500)

    signed_in_admin.post(f"{page_of(endpoint)}deliveries/{delivery.id}/redeliver/")
    assert Waiting.objects.get().position == 1
    Waiting.objects.update(due_at=None, given_up_at=timezone.now())
    answer = signed_in_admin.post(f"{page_of(endpoint)}redeliver/", follow=True)

    assert "1 event that failed" in words(answer)
    assert Waiting.objects.get().given_up_at is None


def test_a_replay_is_from_a_moment_or_a_position_and_from_nowhere_else(
    signed_in_admin, agency, endpoint
):
    for _ in range(3):
        arrived_lead(agency)
    Endpoint.objects.update(position=3)
    address = f"{page_of(endpoint)}replay/"

    assert signed_in_admin.post(address, {"after": "1"}).status_code == 303
    assert Endpoint.objects.get().position == 1
    an_hour_ago = timezone.localtime(timezone.now() - timedelta(hours=1))
    moment = f"{an_hour_ago:%Y-%m-%dT%H:%M}"
    assert signed_in_admin.post(address, {"since": moment}).status_code == 303
    assert Endpoint.objects.get().position == 0
    for nowhere in ({}, {"after": "9"}, {"after": "1", "since": moment}, {"after": "x"}):
        assert signed_in_admin.post(address, nowhere).status_code == 422
