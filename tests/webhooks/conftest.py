"""An agency with receivers of its webhooks, and turns taken by the test itself."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.models.functions import Now

from tests.webhooks.receivers import Receiver, receiver
from webhooks import delivering, posting
from webhooks.models import Endpoint, Waiting


@pytest.fixture(autouse=True)
def _loopback_is_open(settings):
    """Receivers of tests listen on loopback, without TLS."""
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    yield
    for scheme in ("http", "https"):
        posting._connections(scheme).close()


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as state:
        yield state


@pytest.fixture
def other_there() -> Iterator[Receiver]:
    with receiver() as state:
        yield state


@pytest.fixture
def tell() -> Callable[[], int]:
    """Do what is due, until nothing is; how many turns that took."""

    def all_of_it() -> int:
        turns = 0
        while delivering.do_one():
            turns += 1
            assert turns < 100
        return turns

    return all_of_it


def make_due(endpoint: Endpoint) -> None:
    """The wait of what failed has passed."""
    Waiting.objects.of(endpoint).filter(due_at__isnull=False).update(due_at=Now())
    Endpoint.objects.filter(pk=endpoint.pk).update(next_try_at=Now(), rests_until=None)


def tell_in_a_thread() -> None:
    """For a thread of a test's: its connection is let go."""
    try:
        while delivering.do_one():
            pass
    finally:
        connection.close()
