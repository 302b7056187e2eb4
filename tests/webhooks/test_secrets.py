"""A webhook's secret: one of its own, encrypted, and put under a new SECRET_KEY with all others."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from standardwebhooks import Webhook

from organisations.actors import SYSTEM
from tests.factories import make_endpoint
from webhooks.models import Endpoint
from webhooks.secrets import key_of, new_secret, signatures
from webhooks.setting_up import roll_secret


def test_a_secret_is_32_random_bytes_and_never_the_same():
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(secret.startswith("whsec_") and len(key_of(secret)) == 32 for secret in made)
    assert new_secret(b"seed") == new_secret(b"seed") != new_secret(b"another")


def test_a_signature_is_the_one_that_standard_webhooks_makes():
    secret, body = new_secret(), b'{"type":"lead.created"}'

    theirs = Webhook(secret).sign("msg_1", datetime.fromtimestamp(1780306200, UTC), body.decode())

    assert signatures([key_of(secret)], "msg_1", 1780306200, body) == theirs


@pytest.mark.django_db
def test_secrets_of_now_and_of_before_a_roll_are_put_under_a_new_key(agency, settings):
    endpoint = make_endpoint(agency)
    rolled = roll_secret(endpoint, by=SYSTEM)
    new = "another-key-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [settings.SECRET_KEY]
    out = io.StringIO()

    call_command("reencrypt_secrets", stdout=out)

    assert "webhooks_endpoint.encrypted_secret: 1 secret of 1 newly" in out.getvalue()
    assert "webhooks_endpoint.encrypted_former_secret: 1 secret of 1 newly" in out.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    stands = Endpoint.objects.get()
    assert (stands.secret, stands.former_secret) == (rolled, endpoint.shown_secret)
