"""A key that may be used from some networks alone (CONTRACT.md, section 2, Keys)."""

import pytest

from apikeys import call_log
from apikeys.changing import allow_from
from apikeys.models import Call
from organisations.actors import SYSTEM
from tests.api.conftest import client_with
from tests.factories import make_key
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"
OFFICE = ["203.0.113.0/24", "2001:db8::/32"]


def status(client, address: str, **more) -> int:
    return client.get(LEADS, REMOTE_ADDR=address, **more).status_code


def test_the_key_works_from_its_networks_and_nowhere_else(agency):
    api = client_with(make_key(agency, allowed_networks=OFFICE)[1])

    within = [status(api, address) for address in ("203.0.113.7", "2001:db8::7")]
    beyond = [status(api, address) for address in ("203.0.114.7", "2001:db9::7", "")]

    assert (within, beyond) == ([200, 200], [401, 401, 401])


def test_the_refusal_tells_no_more_than_that_of_an_unknown_key(client, agency):
    api = client_with(make_key(agency, allowed_networks=OFFICE)[1])

    refused = api.get(LEADS, headers={"X-Request-Id": "same"}, REMOTE_ADDR="198.51.100.7")
    unknown = client.get(LEADS, headers={"X-Request-Id": "same"}, REMOTE_ADDR="198.51.100.7")

    assert refused.content == unknown.content
    assert refused["WWW-Authenticate"] == "Bearer"
    assert "RateLimit" not in refused


def test_the_address_is_what_trusted_proxies_say_and_nobodys_own_claim(agency, settings):
    api = client_with(make_key(agency, allowed_networks=OFFICE)[1])
    claim = {"headers": {"X-Forwarded-For": "203.0.113.7"}}
    assert status(api, "198.51.100.7", **claim) == 401

    settings.SIFT_TRUSTED_PROXIES = 1

    assert status(api, "198.51.100.7", **claim) == 200


def test_a_change_of_networks_acts_on_the_next_request(agency):
    key, text = make_key(agency)
    api = client_with(text)
    assert status(api, "198.51.100.7") == 200

    allow_from(key, OFFICE, by=SYSTEM)
    assert status(api, "198.51.100.7") == 401

    allow_from(key, [], by=SYSTEM)
    assert status(api, "198.51.100.7") == 200


def test_use_from_elsewhere_stands_in_the_keys_log_but_is_no_use(agency):
    key, text = make_key(agency, allowed_networks=OFFICE)

    status(client_with(text), "198.51.100.7")
    call_log.flush()

    call = Call.objects.get()
    assert (call.api_key_id, call.status, call.address) == (key.id, 401, "198.51.100.7")
    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("address", "sent"), [("203.0.113.7", 2), ("198.51.100.7", 1)])
def test_the_check_costs_no_statement_of_its_own(agency, address, sent):
    api = client_with(make_key(agency, allowed_networks=OFFICE)[1])

    with statements_sent() as statements:
        status(api, address)

    assert len(statements) == sent
