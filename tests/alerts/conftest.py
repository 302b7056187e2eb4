"""An agency whose people are told, and the worker's part in it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from leads.models import Alert, Lead
from organisations.models import AlertPosition, Organisation
from organisations.models.opening_hours import WEEKDAYS
from sift_site.alerts import watching
from tests.api.conftest import client_of
from tests.letters import send_letters

ALWAYS, NEVER = [0, 1440], []
# What makes a lead hot at once.
HOT = {
    "name": "Siân Byrne",
    "phone": "07700 900123",
    "email": "sian@example.com",
    "intent": "buy",
    "budget_max": 350_000,
    "bedrooms_min": 3,
    "area": "Didsbury",
    "property_type": "house",
    "timeline": "asap",
    "chain_status": "chain_free",
    "financing_status": "cash_proven",
    "viewing_requested": True,
}


def keep_hours(agency: Organisation, minutes: list[int]) -> None:
    """The same each day; bank holidays too, for tests run on them as well."""
    for day in WEEKDAYS:
        setattr(agency, day, minutes)
    agency.save()
    today = timezone.localdate()
    agency.special_days.all().delete()
    for ahead in range(-2, 3):
        agency.special_days.create(day=today + timedelta(ahead), minutes=minutes)


@pytest.fixture
def told(agency) -> Organisation:
    """The agency, always open, whose feed is read from here on."""
    keep_hours(agency, ALWAYS)
    AlertPosition.objects.begin(agency)
    return agency


@pytest.fixture
def written(mailoutbox) -> Callable[[], list[EmailMultiAlternatives]]:
    """The letters that the worker has written and sent since the last time."""

    def work() -> list[EmailMultiAlternatives]:
        before = len(mailoutbox)
        while watching.do_one():
            pass
        send_letters()
        return mailoutbox[before:]

    return work


@pytest.fixture
def chat(told) -> Callable[..., Lead]:
    """Somebody talks on the agency's website: what is said of them, by its gateway's key."""
    gateway = client_of(told)

    def say(*says: str, chat_id: str = "chat-1", **facts: Any) -> Lead:
        messages = [{"role": "user", "content": words} for words in says or ("Hello",)]
        body = {"channel": "website", "external_id": chat_id, "messages": messages, "lead": facts}
        answer = gateway.post(
            "/api/v1/conversations", json.dumps(body), content_type="application/json"
        )
        assert answer.status_code in (200, 201), answer.content
        return Lead.objects.get(id=answer.json()["lead"]["id"])

    return say


def wants(person, *letters: str):
    """Have the person want these letters."""
    for letter in letters:
        setattr(person, letter, True)
    person.save()
    return person


def make_due() -> None:
    """Whatever was to wait has waited."""
    Alert.objects.filter(done_at=None).update(due_at=timezone.now())
