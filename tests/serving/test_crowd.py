"""Five hundred clients at once, each with a conversation to send."""

import pytest

from conversations.models import Conversation
from tests.factories import make_key, make_organisation
from tests.faults.crowding import CLIENTS, captures, status_of
from tests.servers import serve
from tests.serving.slow_clients import many, seconds_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_is_acknowledged_or_told_when_to_come_again():
    agency = make_organisation(plan="scale")
    _, key = make_key(agency, scope="capture")
    with serve(env={"SIFT_RATE_CAPTURE": "100000/m"}) as address:
        with many(address, captures(key), CLIENTS) as connections:
            statuses = [status_of(connection) for connection in connections]
        waited = seconds_for(f"{address}/healthz")

    assert set(statuses) <= {"201", "503, Retry-After"}
    acknowledged = {f"crowd-{n}" for n, status in enumerate(statuses) if status == "201"}
    assert acknowledged <= set(Conversation.objects.values_list("external_id", flat=True))
    assert Conversation.objects.count() <= CLIENTS
    assert waited < 4
