"""The keys of leads that were there before the keys are filled in, as those of new ones are set."""

from importlib import import_module

import pytest
from django.apps import apps

from leads.contacts import key_of
from leads.models import Lead
from tests.factories import make_lead

migration = import_module("leads.migrations.0023_fill_contact_keys")

CONTACTS = (
    ("İlker@example.com", "+441614960000;ext=12"),
    ("Ada <ADA@example.com>", "48512345678"),
    ("none", "07700 XXX XXX"),
    (None, "+447700900123"),
    ("\u200bben@example.com;", None),
    (None, None),
)


@pytest.mark.django_db
def test_leads_from_before_get_the_keys_that_they_would_be_given_now(agency, monkeypatch):
    monkeypatch.setattr(migration, "BATCH", 2)
    for email, phone in CONTACTS:
        make_lead(agency, email=email, phone=phone)
    Lead.objects.update(email_key=None, phone_key=None)
    before = list(Lead.objects.order_by("id").values_list("updated_at", "email", "phone"))

    migration.fill(apps, None)
    migration.fill(apps, None)  # as after a run that was broken off

    for lead in Lead.objects.all():
        assert lead.email_key == key_of("email", lead.email)
        assert lead.phone_key == key_of("phone", lead.phone)
    assert list(Lead.objects.order_by("id").values_list("updated_at", "email", "phone")) == before
