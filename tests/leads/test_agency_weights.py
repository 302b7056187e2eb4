"""An agency's own weights: changed, put back, and all its leads scored by them by the worker."""

from datetime import timedelta
from uuid import UUID

import pytest

from conversations.capture import capture
from conversations.rescoring import rescore_due
from foundation.ids import uuid7
from leads import agency_weights
from leads.agency_weights import change, points_of, put_back, weights_from, weights_of
from leads.models import Lead, LeadEvent, ScoreWeights
from leads.scoring import STANDARD, score_lead
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditEntry, Change
from tests.conversations.test_live_capture import posted
from tests.factories import make_conversation, make_lead, move_lead

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta()


@pytest.fixture(autouse=True)
def _nothing_kept():
    agency_weights._kept.clear()


def with_points(**changed) -> dict[str, int]:
    return points_of(STANDARD) | {key.replace("__", "."): each for key, each in changed.items()}


@pytest.fixture
def by(admin) -> Actor:
    return Actor.for_person(admin)


def test_points_and_weights_are_two_ways_to_write_one_thing():
    points = with_points(budget=30, timeline__asap=1, conversation__8=0)

    assert points_of(weights_from(points)) == points
    assert weights_from({}) == STANDARD


def test_a_fact_that_is_worth_nothing_is_not_asked_for():
    weights = weights_from(with_points(budget=0))

    assert "budget" not in {line.fact for line in score_lead(Lead(), 0, weights).would_add}


def test_what_arrives_is_scored_by_the_agencys_own_weights(agency, other_agency, by):
    assert change(agency, with_points(bedrooms=40), by=by)

    for each in (agency, other_agency):
        capture(each, [posted(bedrooms_min=3, says=("Hello", "Hi"))])

    assert Lead.objects.get(organisation=agency).score == 40
    assert Lead.objects.get(organisation=agency).status == "warm"
    assert Lead.objects.get(organisation=other_agency).score == 5


def test_the_worker_scores_all_leads_and_tells_of_those_that_moved(agency, other_agency, by):
    lead, moved_on = make_lead(agency, area="Leith", score=8), make_lead(agency, area="Leith")
    theirs = make_lead(other_agency, area="Leith", score=8)
    make_conversation(agency, lead, messages=2)
    move_lead(moved_on, "contacted", by=by)
    told = Change.objects.filter(organisation=agency).count()
    change(agency, with_points(area=45), by=by)

    assert rescore_due() == 0  # other processes may still score by those before
    assert rescore_due(AT_ONCE) == 2

    lead.refresh_from_db()
    moved_on.refresh_from_db()
    theirs.refresh_from_db()
    assert (lead.score, lead.status) == (45, "warm")
    assert (moved_on.score, moved_on.status) == (45, "contacted")
    assert theirs.score == 8
    assert LeadEvent.objects.filter(lead=lead, kind="status", to_value="warm").exists()
    assert Change.objects.filter(organisation=agency).count() > told
    assert rescore_due(AT_ONCE) == 0
    assert ScoreWeights.objects.get().rescored_at is not None


def test_a_worker_that_was_killed_goes_on_where_it_was(agency, by):
    first, second = make_lead(agency, area="Leith"), make_lead(agency, area="Leith")
    change(agency, with_points(area=45), by=by)
    ScoreWeights.objects.update(rescored_to=first.id)

    assert rescore_due(AT_ONCE) == 1

    assert Lead.objects.get(id=second.id).score == 45


def test_one_press_brings_back_the_weights_before(agency, by):
    change(agency, with_points(area=45), by=by)
    change(agency, with_points(area=20), by=by)

    assert put_back(agency, by=by)
    assert weights_of(agency.id).facts["area"] == 45
    assert put_back(agency, by=by)
    assert weights_of(agency.id).facts["area"] == 20


def test_the_first_change_is_put_back_to_the_standard(agency, by):
    assert not put_back(agency, by=by)
    change(agency, with_points(area=45), by=by)

    assert put_back(agency, by=by)

    assert weights_of(agency.id) == STANDARD


def test_it_stands_in_the_audit_trail_by_whom_and_how_many(agency, admin, by):
    assert not change(agency, points_of(STANDARD), by=SYSTEM)
    change(agency, with_points(area=45, budget=1), by=by)
    put_back(agency, by=by)

    entries = AuditEntry.objects.filter(action__startswith="scoring").order_by("created_at", "id")
    assert [(e.action, e.actor_id, e.details) for e in entries] == [
        ("scoring_changed", admin.id, {"weights": 2}),
        ("scoring_put_back", admin.id, {"weights": 2}),
    ]


def test_a_change_made_after_the_clock_was_set_back_holds_all_the_same(agency, by):
    of_the_future = UUID(int=uuid7().int + (3_600_000 << 80))  # an hour, in its milliseconds
    ScoreWeights.objects.create(id=of_the_future, organisation=agency, points=with_points(area=1))

    assert change(agency, with_points(bedrooms=40), by=by)

    assert points_of(weights_of(agency.id))["bedrooms"] == 40
