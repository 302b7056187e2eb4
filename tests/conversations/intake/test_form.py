"""The hosted form: what is sent begins a conversation once, and a robot's is held back."""

import re
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from conversations.intake import stamps
from conversations.intake_addresses import HeldBackPost, IntakeAddress, IntakeKind
from conversations.models import Conversation, Message
from leads.models import Lead
from leads.origin_and_consent import consent_said
from organisations.agency import account
from organisations.models import Plan
from sift_site.serving.log_lines import without_secrets
from tests.factories import make_intake

pytestmark = pytest.mark.django_db

WORDING = "Send me homes like this one by e-mail"
GOOD = {
    "intent": "buy",
    "area": "Didsbury",
    "bedrooms": "3",
    "budget": "£350k",
    "timeline": "within_3_months",
    "name": "Amara Osei",
    "email": "amara@example.com",
    "phone": "07700 900123",
    "message": "Is Elm Grove still for sale?",
}


@pytest.fixture
def address(agency) -> IntakeAddress:
    return make_intake(agency, name="Website", consent_wording=WORDING)


@pytest.fixture
def visitor() -> Client:
    """A browser without a session, and whose forms bear no token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """Tests are quicker than people; those that are about it say so."""
    monkeypatch.setattr(stamps, "SOONEST", 0)


def stamp_of(page: str) -> str:
    return re.search(r'name="stamp" value="([^"]+)"', page)[1]


def filled_in(visitor: Client, address: IntakeAddress, **changed: Any) -> dict[str, Any]:
    """The form as the page gave it, filled in."""
    return GOOD | {"stamp": stamp_of(visitor.get(address.path).text)} | changed


def test_an_enquiry_becomes_a_lead_with_what_it_says(visitor, address, agency):
    answer = visitor.post(address.path, filled_in(visitor, address))

    assert answer.status_code == 200
    assert "Thank you" in answer.text
    lead = Lead.objects.for_organisation(agency).get()
    assert (lead.name, lead.email, lead.phone) == (
        "Amara Osei",
        "amara@example.com",
        "+447700900123",
    )
    assert (lead.intent, lead.area, lead.bedrooms_min) == ("buy", "Didsbury", 3)
    assert (lead.budget_max, lead.timeline) == (350_000, "within_3_months")
    assert lead.marketing_consent is None
    assert Message.objects.get().content == "Is Elm Grove still for sale?"
    assert Conversation.objects.get().channel == "website"
    address.refresh_from_db()
    assert address.last_arrival_at is not None


def test_on_starter_it_takes_what_comes_too(visitor, address, agency):
    account.change_plan(agency, Plan.STARTER)

    visitor.post(address.path, filled_in(visitor, address))

    assert Lead.objects.exists()


def test_without_a_message_what_is_looked_for_is_what_was_said(visitor, address):
    visitor.post(address.path, filled_in(visitor, address, message=""))

    assert Message.objects.get().content == (
        "Looking to buy, area: Didsbury, bedrooms: 3 or more, budget: up to £350,000, "
        "within 3 months"
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"email": "", "phone": ""}, "Give an e-mail address or a phone number"),
        ({"email": "amara@"}, "Check the e-mail address"),
        ({"budget": "a lot"}, "Give an amount in pounds"),
        ({"bedrooms": "many"}, "whole number"),
        ({"message": "NUL \0"}, "Null characters"),
    ],
)
def test_what_cannot_be_is_named_and_may_be_sent_again(visitor, address, changed, says):
    refused = visitor.post(address.path, filled_in(visitor, address, **changed))

    assert refused.status_code == 422
    assert says in refused.text
    assert not Lead.objects.exists()

    again = GOOD | {"stamp": stamp_of(refused.text)}
    assert visitor.post(address.path, again).status_code == 200
    assert Lead.objects.exists()


def test_either_way_to_answer_is_enough(visitor, address):
    for without in ("email", "phone"):
        form = filled_in(visitor, address, **{without: ""})
        assert visitor.post(address.path, form).status_code == 200


def test_pressed_twice_it_is_one_and_changed_since_it_is_asked_again(visitor, address):
    form = filled_in(visitor, address)

    first, second = [visitor.post(address.path, form) for _ in range(2)]
    changed = visitor.post(address.path, form | {"message": "And the garden?"})

    assert [first.status_code, second.status_code, changed.status_code] == [200, 200, 422]
    assert Message.objects.count() == 1
    visitor.post(address.path, form | {"message": "Hm", "stamp": stamp_of(changed.text)})
    assert Message.objects.count() == 2
    assert Lead.objects.count() == 1


def test_consent_is_kept_with_the_words_that_were_shown(visitor, address, agency):
    form = filled_in(visitor, address, consent="on")
    IntakeAddress.objects.update(consent_wording="Something else since")

    visitor.post(address.path, form)

    lead = Lead.objects.get()
    said = consent_said(lead, [], agency)
    assert (lead.marketing_consent, said.wording) == ("granted", WORDING)


def test_without_a_question_nothing_is_asked(visitor, agency):
    address = make_intake(agency)

    page = visitor.get(address.path).text
    visitor.post(address.path, GOOD | {"stamp": stamp_of(page), "consent": "on"})

    assert 'name="consent"' not in page
    assert Lead.objects.get().marketing_consent is None


def test_page_campaign_and_home_come_along(visitor, address):
    page = "https://www.harbour-vale.example/homes/7?utm_campaign=spring"
    shown = visitor.get(address.path, {"page": page, "property_ref": "HV-2041"}).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))

    visitor.post(address.path, GOOD | fields)

    lead = Lead.objects.get()
    assert (lead.origin_url, lead.campaign, lead.property_ref) == (page, "spring", "HV-2041")


# --- Robots ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("spoilt", "because"),
    [
        (lambda form: form | {"website": "https://buy.example"}, "honeypot"),
        (lambda form: form | {"stamp": ""}, "no_stamp"),
        (lambda form: form | {"stamp": form["stamp"] + "x"}, "no_stamp"),
    ],
)
def test_a_robots_post_is_thanked_for_and_held_back(visitor, address, spoilt, because):
    answer = visitor.post(address.path, spoilt(filled_in(visitor, address)))

    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    assert not Lead.objects.exists()
    post = HeldBackPost.objects.get()
    assert post.because == because
    assert post.conversation["lead"]["email"] == "amara@example.com"


def test_what_is_sent_within_three_seconds_is_a_robots(visitor, address, monkeypatch):
    monkeypatch.undo()
    form = filled_in(visitor, address)

    for _ in range(2):
        visitor.post(address.path, form)

    assert HeldBackPost.objects.get().because == "too_quick"
    assert not Lead.objects.exists()


def test_who_mends_a_field_may_be_quick(visitor, address, monkeypatch):
    old = stamps.new_stamp(address, made_at=1.0)
    monkeypatch.undo()
    refused = visitor.post(address.path, GOOD | {"email": "amara@", "stamp": old})

    visitor.post(address.path, GOOD | {"stamp": stamp_of(refused.text)})

    assert [post.because for post in HeldBackPost.objects.all()] == []
    assert Lead.objects.exists()


def test_a_page_that_was_open_while_the_clock_was_set_back_is_taken(visitor, address, monkeypatch):
    of_the_future = stamps.new_stamp(address, made_at=time.time() + 3600)
    monkeypatch.undo()

    visitor.post(address.path, GOOD | {"stamp": of_the_future})

    assert not HeldBackPost.objects.exists()
    assert Lead.objects.exists()


def test_a_page_that_was_open_for_days_asks_to_send_once_more(visitor, address):
    old = stamps.new_stamp(address, made_at=1.0)

    refused = visitor.post(address.path, GOOD | {"stamp": old})

    assert (refused.status_code, "more than a day" in refused.text) == (422, True)
    assert visitor.post(address.path, GOOD | {"stamp": stamp_of(refused.text)}).status_code == 200
    assert Lead.objects.exists()


def test_another_forms_stamp_is_none(visitor, address, agency):
    other = make_intake(agency)

    visitor.post(address.path, filled_in(visitor, other))

    assert HeldBackPost.objects.get().because == "no_stamp"


# --- The door -------------------------------------------------------------------------------------
def dead(address: IntakeAddress, agency, how: str) -> None:
    if how == "off":
        IntakeAddress.objects.update(enabled=False)
    elif how == "rolled":
        address.renew_token()
        address.save(update_fields=["encrypted_token", "digest"])
    else:
        call_command("close_organisation", agency.slug)


@pytest.mark.parametrize("how", ["off", "rolled", "closed"])
def test_a_dead_address_is_refused(visitor, address, agency, how):
    path, form = address.path, filled_in(visitor, address)
    assert visitor.get(f"{path}/embed.js").status_code == 200

    dead(address, agency, how)

    answers = [visitor.get(path), visitor.post(path, form), visitor.get(f"{path}/embed.js")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert not Lead.objects.exists()


def test_an_address_of_another_kind_is_dead_too(visitor, agency):
    mail = make_intake(agency, IntakeKind.MAIL)

    assert visitor.get(f"/f/{mail.token}").status_code == 403


def test_what_is_too_large_is_refused_and_told_to_admins(visitor, address):
    form = filled_in(visitor, address, page="x" * 200_000)

    assert visitor.post(address.path, form).status_code == 413
    address.refresh_from_db()
    assert address.last_fault == "too_large"


@pytest.mark.parametrize("limit", ["SIFT_RATE_CAPTURE", "SIFT_RATE_ANONYMOUS"])
def test_it_is_limited_as_captures_are_and_each_sender_by_itself(visitor, address, settings, limit):
    setattr(settings, limit, "2/m")

    statuses = [
        visitor.post(address.path, filled_in(visitor, address)).status_code for _ in range(3)
    ]

    assert statuses == [200, 200, 429]
    assert Lead.objects.count() == 1
    address.refresh_from_db()
    assert address.last_fault == "too_many"


def test_only_the_listed_sites_may_frame_it(visitor, address):
    assert "frame-ancestors 'none'" in visitor.get(address.path)["Content-Security-Policy"]

    IntakeAddress.objects.update(frame_sites=["https://a.example", "https://b.example"])
    policy = visitor.get(address.path)["Content-Security-Policy"]

    assert "frame-ancestors https://a.example https://b.example" in policy
    assert "script-src 'self'" in policy


def test_the_script_is_small_has_no_inline_style_and_any_site_may_load_it(visitor, address):
    script = visitor.get(f"{address.path}/embed.js")

    assert script["Content-Type"].startswith("text/javascript")
    assert script["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(script.content) <= 3 * 1024
    assert not re.search(r"\.style\b|innerHTML|cssText", script.text)


def test_it_asks_for_no_cookie(visitor, address):
    answers = [visitor.get(address.path), visitor.post(address.path, filled_in(visitor, address))]

    assert not any(answer.cookies for answer in answers)


def test_no_log_tells_its_token(address):
    assert without_secrets(f"POST {address.path} 422") == "POST /f/… 422"
    assert without_secrets("/intake/door.py, line 3") == "/intake/door.py, line 3"
