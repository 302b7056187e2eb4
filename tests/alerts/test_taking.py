"""Where "I take it" leads: one press, and nothing changes before it."""

import pytest

from leads.models import LeadEvent
from organisations.models import AuditEntry
from tests.factories import make_lead

pytestmark = pytest.mark.django_db


def asked(client, lead):
    return client.get(f"/take/{lead.id}/asked/")


def test_the_page_asks_for_one_press_and_changes_nothing(signed_in, agency, agent):
    lead = make_lead(agency, name="Siân", status="hot", phone="+447700900123")

    page = asked(signed_in, lead)

    shown = page.content.decode()
    assert "Take Siân?" in shown
    assert 'href="tel:+447700900123"' in shown
    assert f'action="/take/{lead.id}/"' in shown
    lead.refresh_from_db()
    assert lead.assignee is None
    assert not LeadEvent.objects.exists()

    assert signed_in.post(f"/take/{lead.id}/").status_code == 303
    lead.refresh_from_db()
    assert lead.assignee == agent


def test_nothing_is_changed_by_asking_for_it_in_any_other_way(signed_in, agency):
    lead = make_lead(agency, status="hot")

    assert signed_in.get(f"/take/{lead.id}/").status_code == 405
    assert signed_in.post(f"/take/{lead.id}/asked/").status_code == 405
    assert not AuditEntry.objects.filter(target_id=lead.id).exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"assignee": "admin"}, "Ada Admin</bdi> has taken this lead already"),
        ({"assignee": "agent"}, "This lead is yours"),
        ({"status": "contacted"}, "no longer waits: it is Contacted"),
    ],
)
def test_one_that_is_not_to_be_taken_says_so(signed_in, agency, agent, admin, changes, said):
    people = {"admin": admin, "agent": agent}
    lead = make_lead(
        agency,
        **{"status": "hot"} | {name: people.get(value, value) for name, value in changes.items()},
    )

    shown = asked(signed_in, lead).content.decode()

    assert said in shown
    assert "I take it" not in shown


def test_who_is_not_signed_in_comes_back_to_it_after(client, agency):
    lead = make_lead(agency, status="hot")

    answer = asked(client, lead)

    assert answer["Location"] == f"/sign-in/?next=/take/{lead.id}/asked/"
