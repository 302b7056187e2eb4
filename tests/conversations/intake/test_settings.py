"""Settings, Intake: admins make addresses, set and roll them, and look at what was held back."""

import pytest
from django.core.management import call_command

from conversations.intake_addresses import (
    MOST_ADDRESSES,
    HeldBackPost,
    IntakeAddress,
    IntakeKind,
)
from conversations.models import Conversation
from foundation.web.own_url import full_url
from leads.models import Lead
from organisations.agency import account
from organisations.models import AuditEntry, Plan
from tests.factories import make_held_back, make_intake
from tests.markup import without_layout

pytestmark = pytest.mark.django_db

TAB = "/settings/intake/"


def page_of(address: IntakeAddress) -> str:
    return f"{TAB}{address.id}/"


def audited() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(target_kind="intake").order_by("position")
    return [(entry.action, entry.names["target"]) for entry in entries]


@pytest.mark.parametrize("kind", ["form", "sms", "mail"])
def test_an_address_is_made_and_shown_again_at_will(signed_in_admin, agency, kind):
    made = signed_in_admin.post(TAB, {"kind": kind, "name": "Our own"})

    address = IntakeAddress.objects.get()
    assert (made.status_code, made["Location"]) == (303, page_of(address))
    assert len(address.token) == 32
    for _ in range(2):
        assert full_url(address.path) in signed_in_admin.get(page_of(address)).text
    assert "Our own" in signed_in_admin.get(TAB).text
    assert audited() == [("intake_created", "Our own")]


def test_its_plan_never_limits_an_agency(signed_in_admin, agency):
    account.change_plan(agency, Plan.STARTER)

    assert signed_in_admin.post(TAB, {"kind": "form", "name": "Ours"}).status_code == 303


def test_a_name_is_taken_once_and_there_are_not_too_many(signed_in_admin, agency, other_agency):
    make_intake(other_agency, name="Website")
    taken = [signed_in_admin.post(TAB, {"kind": "form", "name": "Website"}) for _ in range(2)]
    assert [answer.status_code for answer in taken] == [303, 422]
    assert "Another address of your agency has this name" in taken[1].text

    for _ in range(MOST_ADDRESSES - 1):
        make_intake(agency)
    too_many = signed_in_admin.post(TAB, {"kind": "form", "name": "One more"})

    assert too_many.status_code == 422
    assert IntakeAddress.objects.for_organisation(agency).count() == MOST_ADDRESSES


def test_a_form_is_set_and_what_is_no_site_is_named(signed_in_admin, agency):
    address = make_intake(agency, name="Website")
    good = {
        "name": "Website",
        "line": "We answer within the hour.",
        "privacy_url": "https://www.harbour-vale.example/privacy",
        "consent_wording": "Send me homes like this one",
        "frame_sites": "https://www.harbour-vale.example/\nhttp://localhost:3000",
    }

    saved = signed_in_admin.post(page_of(address), good)
    refused = [
        signed_in_admin.post(page_of(address), good | {"frame_sites": site})
        for site in ("*", "https://a.example/path", "javascript:x", "https://a.example; script-src")
    ]

    assert saved.status_code == 303
    assert [answer.status_code for answer in refused] == [422] * 4
    address.refresh_from_db()
    assert address.frame_sites == ["https://www.harbour-vale.example", "http://localhost:3000"]
    assert address.consent_wording == "Send me homes like this one"
    assert audited()[-1] == ("intake_changed", "Website")


def test_a_senders_token_is_kept_encrypted_and_never_shown(signed_in_admin, agency):
    address = make_intake(agency, IntakeKind.SMS, name="Mobile")

    signed_in_admin.post(page_of(address), {"name": "Mobile", "auth_token": "quokka-secret"})
    signed_in_admin.post(page_of(address), {"name": "Mobile", "auth_token": ""})
    address.refresh_from_db()

    assert address.auth_token == "quokka-secret"
    assert "quokka" not in address.encrypted_auth_token
    assert "quokka" not in signed_in_admin.get(page_of(address)).text

    signed_in_admin.post(page_of(address), {"name": "Mobile", "forget": "on"})
    address.refresh_from_db()
    assert address.auth_token is None


def test_both_secrets_are_put_under_a_new_key(agency, settings):
    address = make_intake(agency, IntakeKind.SMS, auth_token="quokka-secret")
    token = address.token
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 6
    settings.SECRET_KEY_FALLBACKS = [former]

    call_command("reencrypt_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    address.refresh_from_db()

    assert (address.token, address.auth_token) == (token, "quokka-secret")


def test_rolled_it_is_another_address_and_the_page_asks_first(signed_in_admin, agency):
    address = make_intake(agency, name="Website")
    before = address.token

    assert "Roll “" in signed_in_admin.get(f"{page_of(address)}roll/").text
    address.refresh_from_db()
    assert address.token == before

    assert signed_in_admin.post(f"{page_of(address)}roll/").status_code == 303
    address.refresh_from_db()
    assert address.token != before
    assert audited()[-1] == ("intake_rolled", "Website")


def test_one_whose_key_is_lost_says_so_and_can_be_rolled(signed_in_admin, agency, settings):
    address = make_intake(agency)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-" * 6, []
    signed_in_admin.force_login(agency.people.get())

    assert "Roll it." in signed_in_admin.get(page_of(address)).text


def test_it_is_switched_off_and_on(signed_in_admin, agency):
    address = make_intake(agency)

    for on in (False, True):
        signed_in_admin.post(f"{page_of(address)}switch/", {"on": "1" if on else "0"})
        address.refresh_from_db()
        assert address.enabled is on


def test_what_was_held_back_is_let_in_once(signed_in_admin, agency):
    post = make_held_back(make_intake(agency, name="Website"))
    page = page_of(post.address)
    assert "Is Elm Grove still for sale?" in signed_in_admin.get(page).text
    assert not Lead.objects.exists()

    answers = [signed_in_admin.post(f"{page}held-back/{post.id}/let-in/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 404]
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.source) == ("Robo Sapiens", "robo@example.com", "website")
    assert Conversation.objects.get().external_id == post.external_id
    assert audited()[-1] == ("held_back_let_in", "Website")


def test_what_was_held_back_is_dropped(signed_in_admin, agency):
    post = make_held_back(make_intake(agency, name="Website"))

    signed_in_admin.post(f"{page_of(post.address)}held-back/{post.id}/drop/")

    assert not HeldBackPost.objects.exists()
    assert not Lead.objects.exists()
    assert audited()[-1] == ("held_back_dropped", "Website")


def test_agents_see_none_of_it(signed_in, agency):
    post = make_held_back(make_intake(agency))
    page = page_of(post.address)

    assert signed_in.get(TAB).status_code == signed_in.get(page).status_code == 403
    for act in ("roll/", "switch/", f"held-back/{post.id}/let-in/", f"held-back/{post.id}/drop/"):
        assert signed_in.post(f"{page}{act}").status_code == 403
    assert "Intake" not in without_layout(signed_in.get("/settings/profile/").text)
