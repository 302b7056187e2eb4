"""Fixtures of the API's tests: clients that carry a key."""

import pytest
from django.test import Client

from organisations.models import Organisation
from tests.factories import make_key


def client_with(key: str) -> Client:
    """A client that sends that key with each request."""
    return Client(headers={"Authorization": f"Bearer {key}"})


def client_of(organisation: Organisation, **key_fields) -> Client:
    """A client with a new key of the organisation."""
    return client_with(make_key(organisation, **key_fields)[1])


@pytest.fixture
def api(agency) -> Client:
    """A client with a key of the agency's that reads and writes."""
    return client_of(agency)


@pytest.fixture
def other_api(other_agency) -> Client:
    return client_of(other_agency)


@pytest.fixture(autouse=True)
def _room_to_ask(settings):
    """Tests that are not about rate limits ask as much as they like."""
    settings.SIFT_RATE_GROWTH = settings.SIFT_RATE_SCALE = "100000/m"
    settings.SIFT_RATE_ANONYMOUS = settings.SIFT_RATE_CAPTURE = "100000/m"
