"""Retention: which leads go by themselves, when, and that people are told before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from conversations import retention
from conversations.models import Conversation
from conversations.retention import let_go, let_go_of, preview, set_rule
from foundation.days import months_before
from leads.models import Lead, Retention
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditEntry, Change, Letter
from tests.factories import make_conversation, make_lead, make_message, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale")


def silent_lead(agency, days: int, **fields) -> Lead:
    """One whose last message is so many days old."""
    then = timezone.now() - timedelta(days=days)
    lead = make_lead(agency, created_at=then, **fields)
    talk = make_conversation(agency, lead, created_at=then)
    make_message(talk, created_at=then)
    Conversation.objects.filter(pk=talk.pk).update(last_message_at=then)
    return lead


def made_long_ago(agency, months: int = 24) -> Retention:
    """A rule whose notice is over."""
    set_rule(agency, months, by=SYSTEM)
    past = timezone.now() - timedelta(days=31)
    Retention.objects.filter(pk=agency.pk).update(set_at=past)
    return Retention.objects.get(pk=agency.pk)


def test_the_old_go_and_the_young_converted_followed_up_and_kept_stay(agency):
    old = silent_lead(agency, 800)
    stay = [
        silent_lead(agency, 700),
        silent_lead(agency, 800, status="converted", reached=3),
        silent_lead(agency, 800, follow_up_on=timezone.localdate()),
        silent_lead(agency, 800, is_kept=True),
        silent_lead(make_organisation(), 800),
    ]
    written_again = silent_lead(agency, 800)
    make_conversation(agency, written_again)

    gone = let_go_of(made_long_ago(agency))

    assert gone == 1
    left = set(Lead.objects.values_list("id", flat=True))
    assert left == {lead.id for lead in [*stay, written_again]}
    assert old.id not in left


def test_nothing_goes_before_thirty_days_of_notice_and_another_length_begins_anew(agency):
    silent_lead(agency, 800)
    set_rule(agency, 24, by=SYSTEM)
    assert let_go_of(Retention.objects.get()) == 0

    made_long_ago(agency)
    set_rule(agency, 18, by=SYSTEM)

    assert let_go_of(Retention.objects.get()) == 0
    assert Lead.objects.count() == 1


def test_without_a_rule_nothing_goes(agency):
    silent_lead(agency, 3000)

    assert let_go() == 0
    assert Lead.objects.count() == 1


def test_admins_have_a_letter_at_once_and_another_before_the_time_is_over(agency, monkeypatch):
    make_user(agency, role="admin", email="ada@example.com")
    make_user(agency, role="agent")
    silent_lead(agency, 800)

    set_rule(agency, 24, by=SYSTEM)
    [first] = Letter.objects.all()
    let_go()
    assert Letter.objects.count() == 1
    told = timezone.now() + timedelta(days=29)
    Retention.objects.update(noticed_until=told)
    let_go()
    let_go()

    assert first.address == "ada@example.com"
    assert first.words.subject.startswith("1 lead to be erased by ")
    assert "2 years after their last message" in first.words.text
    assert Letter.objects.count() == 2


def test_what_no_letter_spoke_of_stays(agency):
    """A worker that was away for long told of less than is due by now."""
    lead = silent_lead(agency, 735)
    rule = made_long_ago(agency)
    rule.noticed_until = timezone.now() - timedelta(days=20)
    assert let_go_of(rule) == 0

    rule.noticed_until = timezone.now() + timedelta(days=20)

    assert let_go_of(rule) == 1
    assert not Lead.objects.filter(pk=lead.pk).exists()


def test_it_happens_at_night_alone(agency, monkeypatch):
    silent_lead(agency, 800)
    made_long_ago(agency)

    monkeypatch.setattr(retention, "_is_night", lambda: False)
    assert let_go() == 0
    monkeypatch.setattr(retention, "_is_night", lambda: True)
    assert let_go() == 1


def test_the_trail_has_a_receipt_with_what_went_and_the_feed_a_tombstone(agency):
    lead = silent_lead(agency, 800)

    let_go_of(made_long_ago(agency))

    [entry] = AuditEntry.objects.filter(action="person_data_erased")
    assert entry.details == {
        "leads": 1, "conversations": 1, "messages": 1, "events": 0, "rule": "retention",
    }  # fmt: skip
    assert (entry.actor_kind, entry.target_id) == ("system", lead.id)
    assert Change.objects.filter(type="lead.erased", lead_id=lead.id).exists()


def test_a_preview_counts_and_changes_nothing(agency):
    silent_lead(agency, 800)
    silent_lead(agency, 690)
    silent_lead(agency, 800, is_kept=True)

    seen = preview(agency, 24)

    assert (seen.first, seen.soon, seen.stay) == (1, 1, 1)
    assert not Retention.objects.exists()
    assert Lead.objects.count() == 3


def test_the_rule_is_in_the_trail_once(agency):
    by = Actor.for_person(make_user(agency, role="admin"))

    assert [set_rule(agency, months, by=by) for months in (24, 24, None, None)] == [
        True, False, True, False,
    ]  # fmt: skip

    entries = AuditEntry.objects.filter(action="retention_changed").order_by("position")
    assert [entry.details["months"] for entry in entries] == [24, "off"]


def test_months_end_on_the_last_day_of_a_shorter_month():
    then = months_before(datetime(2026, 3, 31, 12, tzinfo=UTC), 1)

    assert then == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert months_before(then, 24) == datetime(2024, 2, 28, 12, tzinfo=UTC)
