"""Secrets of people's apps: encrypted by a migration, and put under a new key by a command."""

import io
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.database import encrypted_field
from organisations.models import Authenticator
from organisations.signing_in import two_step
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NEW = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"


@pytest.fixture
def secrets(agency) -> dict:
    """Three people's, by the ids of their rows."""
    for _ in range(3):
        two_step.begin(make_user(agency))
    return as_read()


def as_read() -> dict:
    return {each.pk: each.secret for each in Authenticator.objects.all()}


def as_stored() -> dict:
    return dict(Authenticator.objects.values_list("pk", "encrypted_secret"))


def reencrypt() -> str:
    out = io.StringIO()
    call_command("reencrypt_secrets", stdout=out)
    return out.getvalue()


# --- A new key ------------------------------------------------------------------------------------
def test_secrets_under_a_former_key_are_put_under_the_present_one(secrets, settings, monkeypatch):
    monkeypatch.setattr(encrypted_field, "_AT_ONCE", 2)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]

    assert "organisations_authenticator.encrypted_secret: 3 secrets of 3 newly" in reencrypt()

    settings.SECRET_KEY_FALLBACKS = []
    assert as_read() == secrets
    before = as_stored()
    assert "0 secrets of 3 newly" in reencrypt()
    assert as_stored() == before


def test_a_secret_that_no_key_reads_is_named_and_left_as_it_is(secrets, settings):
    settings.SECRET_KEY = NEW
    before = as_stored()

    with pytest.raises(CommandError) as refusal:
        reencrypt()

    assert all(str(id_) in str(refusal.value) for id_ in secrets)
    assert as_stored() == before


# --- The migration --------------------------------------------------------------------------------
def test_secrets_of_before_are_encrypted_as_the_application_reads_them(secrets, monkeypatch):
    step = import_module("organisations.migrations.0030_encrypt_authenticator_secrets")
    monkeypatch.setattr(step, "BATCH", 2)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a changed table has none outstanding
        cursor.execute(
            "ALTER TABLE organisations_authenticator"
            " DROP CONSTRAINT organisations_authenticator_encrypted_secret_no_plain_text"
        )

    step.decrypt(apps, None)
    assert as_stored() == secrets
    step.encrypt(apps, None)

    assert as_stored() != secrets
    assert as_read() == secrets
    before = as_stored()
    step.encrypt(apps, None)
    assert as_stored() == before
