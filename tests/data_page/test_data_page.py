"""Settings, Data: the rule, its preview, the mark on a lead, and receipts of erasures."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.erasure import erase
from leads.models import Lead, Retention
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import AuditEntry, Change
from tests.factories import make_conversation, make_lead, make_organisation

PAGE = "/settings/data/"


def test_an_agent_may_not_open_it(signed_in):
    for path in (PAGE, f"{PAGE}erasures/", f"{PAGE}erasures.json"):
        assert signed_in.get(path).status_code == 403


def test_it_is_off_and_suggests_two_years(signed_in_admin):
    page = signed_in_admin.get(PAGE).content.decode()

    assert "Never by themselves" in page
    assert "2 years after the last message (suggested)" in page
    assert "banner--warning" not in page


def test_a_preview_saves_nothing_and_saving_shows_a_banner_here_and_on_the_overview(
    signed_in_admin, agency
):
    make_lead(agency, created_at="2020-01-01T00:00:00Z")

    seen = signed_in_admin.post(PAGE, {"months": "24", "act": "preview"}).content.decode()
    assert "1\n      lead would go" in seen
    assert not Retention.objects.exists()
    saved = signed_in_admin.post(PAGE, {"months": "24", "act": "save"})

    assert saved.status_code == 303
    assert Retention.objects.get().months == 24
    for path in (PAGE, "/"):
        shown = signed_in_admin.get(path).content.decode()
        assert "Leads go 2 years after their last message" in shown
        assert "that is 1 lead." in shown
    signed_in_admin.post(PAGE, {"months": "", "act": "save"})
    assert "Leads go" not in signed_in_admin.get(PAGE).content.decode()


@pytest.mark.parametrize("months", ["7", "-1", "x", "24\x00", "9" * 400])
def test_another_length_is_refused(signed_in_admin, months):
    assert signed_in_admin.post(PAGE, {"months": months, "act": "save"}).status_code == 422
    assert not Retention.objects.exists()


def test_a_lead_is_marked_to_be_kept_and_the_trail_says_by_whom(signed_in_admin, agency):
    lead = make_lead(agency)

    for kept in ("on", "on", "off"):
        answer = signed_in_admin.post(f"/leads/{lead.id}/keep/", {"kept": kept})
        assert answer.status_code == 303
        assert Lead.objects.get().is_kept == (kept == "on")

    actions = AuditEntry.objects.order_by("position").values_list("action", flat=True)
    assert [each for each in actions if "kept" in each] == ["lead_kept", "lead_not_kept"]


def erased_lead(agency, admin) -> Lead:
    lead = make_lead(agency, name="Zebulon Quayle")
    make_conversation(agency, lead, messages=3)
    with numbered_last():
        erase(lead, agency, by=Actor.for_person(admin))
    return lead


@pytest.mark.django_db(transaction=True)
def test_receipts_tell_when_by_whom_and_how_much_and_name_nobody(client):
    from tests.factories import make_user

    agency, other = make_organisation(), make_organisation()
    admin = make_user(agency, role="admin", name="Ada Admin")
    client.force_login(admin)
    lead = erased_lead(agency, admin)
    erased_lead(other, make_user(other, role="admin"))

    page = client.get(f"{PAGE}erasures/").content.decode()
    answer = client.get(f"{PAGE}erasures.json")
    with CaptureQueriesContext(connection) as captured:  # whoever takes it slowly holds nothing
        told = json.loads(b"".join(answer.streaming_content))
        asked_for_later = len(captured)

    [entry] = AuditEntry.objects.for_organisation(agency).filter(action="person_data_erased")
    tombstone = Change.objects.for_organisation(agency).get(type="lead.erased")
    assert told == {
        "erasures": [
            {
                "id": str(entry.id),
                "erased_at": told["erasures"][0]["erased_at"],
                "by": {"kind": "person", "id": str(admin.id)},
                "rule": None,
                "lead_id": str(lead.id),
                "rows": {"leads": 1, "conversations": 1, "messages": 3, "events": 0},
                "feed_position": tombstone.position,
                "trail_position": entry.position,
                "trail_hash": bytes(entry.hash).hex(),
            }
        ]
    }
    assert asked_for_later == 0
    assert "Ada Admin" in page
    assert f"Position {tombstone.position} in the feed" in page
    assert "Zebulon" not in page + str(told)
