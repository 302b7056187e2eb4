"""Each morning one letter about follow-ups that became due."""

from datetime import timedelta

import pytest
from django.db.models import F

from foundation.days import today
from leads.models import Lead
from organisations.models import User
from sift_site.alerts import follow_ups
from tests.alerts.conftest import ALWAYS, NEVER, keep_hours, wants
from tests.factories import make_lead, make_user
from tests.letters import send_letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(told, mailoutbox):
    """The letters of a morning's look."""

    def look():
        before = len(mailoutbox)
        follow_ups.write_due()
        send_letters()
        return mailoutbox[before:]

    return look


def due(agency, person, days: int, **more):
    return make_lead(agency, assignee=person, follow_up_on=today() + timedelta(days), **more)


def next_day() -> None:
    """What was this morning was yesterday's."""
    for person in User.objects.exclude(follow_ups_told_on=None):
        person.follow_ups_told_on -= timedelta(1)
        person.save()
    Lead.objects.update(follow_up_on=F("follow_up_on") - timedelta(1))


def test_who_wants_it_is_written_to_once_about_what_is_due_today(told, morning, agent, admin):
    wants(agent, "letter_of_follow_ups")
    due(told, agent, 0, name="Ada", phone="+447700900123")
    due(told, agent, -4, name="Overdue")
    due(told, agent, 1, name="Tomorrow")
    due(told, admin, 0, name="Another's")
    due(told, agent, 0, name="Merged", merged_into=make_lead(told))

    [letter] = morning()

    assert letter.to == [agent.email]
    assert letter.subject == "1 follow-up due today"
    assert "07700 900123\n  “Ada”" in letter.body
    assert "Overdue from before: 1." in letter.body
    assert "Tomorrow" not in letter.body
    assert morning() == []


def test_what_fell_on_days_when_the_agency_was_closed_is_told_of_on_the_next(told, morning, agent):
    wants(agent, "letter_of_follow_ups")
    agent.follow_ups_told_on = today() - timedelta(3)
    agent.save()
    for days in (-3, -2, -1, 0):
        due(told, agent, days)

    [letter] = morning()

    assert letter.subject == "3 follow-ups due today"


def test_nothing_is_written_before_opening_nor_where_nothing_is_due(told, morning, agent):
    wants(agent, "letter_of_follow_ups")
    keep_hours(told, NEVER)
    due(told, agent, 0)
    assert morning() == []

    keep_hours(told, ALWAYS)
    assert len(morning()) == 1
    next_day()
    assert morning() == []  # it was told of, and nothing is new


def test_each_person_has_their_own(told, morning, agent, other_agency):
    others = [wants(make_user(told), "letter_of_follow_ups") for _ in range(2)]
    for person in others:
        due(told, person, 0, name=person.name)

    letters = morning()

    assert {letter.to[0]: person_in(letter) for letter in letters} == {
        person.email: person.name for person in others
    }


def person_in(letter) -> str:
    return next(line.strip(" “”") for line in letter.body.splitlines() if "“Person" in line)
