"""When the first agency's story is told: without leads as well, and as of now."""

import pytest

from apikeys.models import ApiKey
from leads.undoing import open_runs
from organisations.models import AuditAction, AuditEntry, Organisation
from tests.demo.conftest import load
from tests.demo.test_story import actions

pytestmark = pytest.mark.django_db


def test_an_agency_without_leads_has_keys_and_people_all_the_same():
    load(leads=0)

    first = Organisation.objects.get(slug="harbour-and-vale")
    assert ApiKey.objects.for_organisation(first).count() == 5
    assert "sign_in" in actions(first)
    assert "leads_changed" not in actions(first)


def test_the_last_change_of_many_can_still_be_undone():
    load(leads=700, until=None)

    first = Organisation.objects.get(slug="harbour-and-vale")
    entries = AuditEntry.objects.for_organisation(first).filter(action=AuditAction.LEADS_CHANGED)
    last = entries.order_by("position").last()
    assert open_runs(first, {last.id: last.target_id}, first.people.get(role="admin"))
