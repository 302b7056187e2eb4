"""GET /events: every change, in the order of the commits (CONTRACT.md, section 3)."""

from datetime import timedelta

import pytest
from django.db.models import F

from conversations.capture import capture
from leads.assignment import assign
from leads.corrections import correct
from leads.erasure import erase
from leads.merging import merge, unmerge
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from organisations.changes.forgetting import KEPT, drop_old
from organisations.models import Change
from tests.api.conftest import client_of
from tests.conversations.test_capture import received
from tests.factories import make_lead, move_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events"


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent)


@pytest.fixture
def followed(api):
    """The events after a position, oldest first."""

    def after(position=0, **query):
        answer = api.get(EVENTS, {"after": position, **query})
        assert answer.status_code == 200, answer.content
        return answer.json()

    return after


def test_an_agency_to_which_nothing_happened_has_an_empty_feed(followed):
    nothing = {"data": [], "position": 0, "latest": 0, "has_more": False}

    assert followed() == nothing
    assert followed("latest") == nothing


def test_a_move_is_told_with_who_made_it_and_the_lead_as_it_is_now(agency, api, by, followed):
    lead = make_lead(agency, status="hot")
    move_lead(lead, "contacted", by=by)

    page = followed()

    [event] = page["data"]
    assert event["lead"] == api.get(f"/api/v1/leads/{lead.id}").json()
    assert event == {
        "position": 1,
        "id": event["id"],
        "type": "lead.status_changed",
        "created_at": event["created_at"],
        "lead_id": str(lead.id),
        "conversation_id": None,
        "changed": ["status"],
        "from": "hot",
        "to": "contacted",
        "actor": {"kind": "person", "name": by.name},
        "lead": event["lead"],
    }
    assert (page["position"], page["latest"], page["has_more"]) == (1, 1, False)


def test_a_key_that_moves_a_lead_is_told_by_its_name_and_saying_it_again_tells_nothing(
    agency, followed
):
    lead, client = make_lead(agency), client_of(agency, name="CRM sync")

    for _ in range(2):
        path = f"/api/v1/leads/{lead.id}/status"
        client.patch(path, {"status": "contacted"}, content_type="application/json")

    [event] = followed()["data"]
    assert event["actor"] == {"kind": "api_key", "name": "CRM sync"}


def test_a_conversation_that_arrives_is_told_with_its_lead_and_its_messages(agency, followed):
    capture(agency, [received("1", email="ada@example.com", area="Roath")])
    capture(agency, [received("2", email="ada@example.com", budget_max=300_000)])

    events = followed()["data"]

    first, second = Lead.objects.get().conversations.order_by("created_at", "id")
    told = [(one["type"], one["conversation_id"], one.get("count")) for one in events]
    assert told == [
        ("lead.created", None, None),
        ("conversation.created", str(first.id), None),
        ("message.added", str(first.id), 2),
        ("lead.status_changed", None, None),
        ("conversation.created", str(second.id), None),
        ("message.added", str(second.id), 2),
        ("lead.updated", None, None),
    ]
    assert events[6]["changed"] == ["score", "budget_max"]
    assert [events[3][end] for end in ("from", "to")] == ["new", "cold"]


def test_facts_and_who_has_the_lead_are_told_once_they_differ(agency, agent, by, followed):
    lead = make_lead(agency, area="Roath")
    correct(lead, {"area": "Canton", "intent": "buy"}, by=by)
    correct(lead, {"area": "Canton"}, by=by)
    assign(lead, agent, by=by)

    updated, *scored, assigned = followed()["data"]

    assert updated["type"] == "lead.updated"
    assert updated["changed"] == ["score", "intent", "area"]
    assert [one["type"] for one in scored] == ["lead.status_changed"]
    assert (assigned["type"], assigned["from"], assigned["to"]) == (
        "lead.assigned",
        None,
        agent.name,
    )


def test_a_merged_lead_is_null_and_named_with_what_it_became(agency, by, followed):
    kept, other = make_lead(agency, area="Roath"), make_lead(agency, name="Ada")
    merge(agency, survivor_id=kept.id, other_id=other.id, by=by)
    merged, updated, *_ = followed()["data"]
    event = LeadEvent.objects.get(lead=kept, kind="merge")
    after = followed()["position"]
    unmerge(agency, survivor_id=kept.id, event_id=event.id, by=by)
    unmerged, *_ = followed(after)["data"]

    assert (merged["type"], merged["lead_id"]) == ("lead.merged", str(other.id))
    assert (merged["to"], merged["lead"]) == (str(kept.id), None)
    assert (updated["lead_id"], "name" in updated["changed"]) == (str(kept.id), True)
    assert (unmerged["type"], unmerged["lead_id"]) == ("lead.unmerged", str(other.id))
    assert (unmerged["from"], unmerged["lead"]["id"]) == (str(kept.id), str(other.id))


def test_of_an_erased_lead_only_the_tombstone_tells(agency, by, followed):
    lead, other = make_lead(agency, status="hot"), make_lead(agency)
    move_lead(lead, "contacted", by=by)
    move_lead(other, "contacted", by=by)
    before = followed()["data"]
    erase(lead, agency, by=by)

    first, second, tombstone = followed()["data"]

    assert first == {
        **{name: before[0][name] for name in ("position", "id", "type", "created_at")},
        **dict.fromkeys(("lead_id", "conversation_id", "from", "to", "actor", "lead")),
        "changed": [],
    }
    assert second == before[1]
    assert (tombstone["type"], tombstone["lead_id"]) == ("lead.erased", str(lead.id))
    assert tombstone["lead"] is None


def test_pages_follow_each_other_without_a_gap(agency, by, followed):
    leads = [make_lead(agency) for _ in range(5)]
    for lead in leads:
        move_lead(lead, "contacted", by=by)

    pages = [followed(limit=2)]
    while pages[-1]["has_more"]:
        pages.append(followed(pages[-1]["position"], limit=2))

    assert [[one["position"] for one in page["data"]] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [page["latest"] for page in pages] == [5, 5, 5]


def test_what_types_let_nothing_through_of_is_read_past(agency, agent, by, followed):
    lead = make_lead(agency)
    move_lead(lead, "contacted", by=by)
    assign(lead, agent, by=by)

    none = followed(types="lead.erased")
    some = followed(types="lead.assigned,lead.erased")

    assert none == {"data": [], "position": 2, "latest": 2, "has_more": False}
    assert ([one["position"] for one in some["data"]], some["position"]) == ([2], 2)


def test_without_leads_they_are_left_out(agency, by, followed):
    move_lead(make_lead(agency), "contacted", by=by)

    [event] = followed(include="none")["data"]

    assert "lead" not in event


def test_another_agencys_changes_are_no_changes_of_ours(agency, other_agency, by, followed):
    move_lead(make_lead(other_agency), "contacted", by=by)
    move_lead(make_lead(agency), "lost", by=by)

    page = followed()

    assert [(one["position"], one["to"]) for one in page["data"]] == [(1, "lost")]


def test_a_place_that_is_no_longer_kept_is_410_with_the_oldest(agency, api, by, followed):
    lead = make_lead(agency)
    for status in ("contacted", "lost", "archived"):
        move_lead(lead, status, by=by)
    long_ago = F("created_at") - KEPT - timedelta(hours=1)
    Change.objects.filter(position__lte=2).update(created_at=long_ago)
    assert drop_old(agency) == 2

    gone = api.get(EVENTS, {"after": 1})

    assert gone.status_code == 410
    assert (gone.json()["type"], gone.json()["oldest"]) == ("/api/docs/#gone", 3)
    for still_good in (0, 2):
        assert [one["position"] for one in followed(still_good)["data"]] == [3]
    move_lead(lead, "new", by=by)
    assert followed()["latest"] == 4


def test_a_place_beyond_the_latest_is_422_with_the_latest(agency, api, by):
    move_lead(make_lead(agency), "contacted", by=by)

    beyond = api.get(EVENTS, {"after": 2})

    assert beyond.status_code == 422
    assert beyond.json()["latest"] == 1
    assert [fault["field"] for fault in beyond.json()["errors"]] == ["after"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"), ("after=", "after"), ("after=newest", "after"),
        ("after=1&after=2", "after"), ("after=99999999999999999999", "after"),
        ("limit=0", "limit"), ("limit=501", "limit"), ("types=lead.moved", "types"),
        ("types=", "types"), ("include=leads", "include"), ("offset=0", "offset"),
    ],
)  # fmt: skip
def test_a_faulty_query_is_422_and_named(api, query, field):
    refused = api.get(f"{EVENTS}?{query}")

    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


def test_who_has_the_state_is_told_that_nothing_changed(agency, api, by):
    lead = make_lead(agency)
    move_lead(lead, "contacted", by=by)
    etag = api.get(EVENTS).headers["ETag"]

    same = api.get(EVENTS, headers={"If-None-Match": etag})
    move_lead(lead, "lost", by=by)
    other = api.get(EVENTS, headers={"If-None-Match": etag})

    assert (same.status_code, same.content, other.status_code) == (304, b"", 200)


@pytest.mark.parametrize("after", ["latest", 50, 0])
def test_a_poll_costs_two_statements_however_much_it_finds(agency, api, by, after):
    leads = [make_lead(agency) for _ in range(50)]
    for lead in leads:
        move_lead(lead, "contacted", by=by)

    with statements_sent() as sent:
        answer = api.get(EVENTS, {"after": after})

    assert answer.status_code == 200
    assert len(sent) == 2
