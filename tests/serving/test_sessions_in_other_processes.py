"""What ends a session ends it in every process, at the next request."""

import httpx
import pytest
from django.test import Client

from organisations.agency import account
from organisations.models import Session
from tests.factories import make_organisation, make_user
from tests.servers import serve

pytestmark = pytest.mark.django_db(transaction=True)


def test_deactivating_signing_out_everywhere_and_closing_are_felt_in_another_process():
    organisation = make_organisation()
    gone, left, closed = (make_user(organisation) for _ in range(3))

    with serve() as address:

        def status(key: str) -> int:
            return httpx.get(f"{address}/leads/", cookies={"sift_session": key}).status_code

        keys = [key_of(person) for person in (gone, left, closed)]
        assert [status(key) for key in keys] == [200, 200, 200]

        gone.is_active = False
        gone.save(update_fields=["is_active"])
        assert [status(key) for key in keys] == [302, 200, 200]
        Session.objects.of(left).delete()
        assert [status(key) for key in keys] == [302, 302, 200]
        account.close(organisation)
        assert [status(key) for key in keys] == [302, 302, 302]


def key_of(person) -> str:
    """The key of a session that began in this process."""
    client = Client()
    client.force_login(person)
    return client.cookies["sift_session"].value
