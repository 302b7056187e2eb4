"""PostgreSQL knows that an e-mail is one person's, and so reads few leads for a few e-mails."""

import json

import pytest
from django.db import connection

from foundation.database.copying import copy_rows
from foundation.ids import uuid7
from leads.models import Lead

FIELDS = (
    "id", "organisation_id", "source", "status", "moved_on", "hand_set", "viewing_requested",
    "email", "email_key",
)  # fmt: skip


@pytest.mark.django_db
def test_twenty_e_mails_are_expected_to_be_those_of_a_few_leads(agency):
    emails = [f"Person.{number}@example.com" for number in range(3000)]
    rows = [
        (uuid7(), agency.id, "sms", "new", False, [], False, email, email.lower())
        for email in emails
    ]
    copy_rows(Lead, FIELDS, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")

    leads = Lead.objects.for_organisation(agency)
    asked = leads.filter(email_key__in=[email.lower() for email in emails[:20]])

    [explained] = json.loads(asked.explain(format="json"))
    assert explained["Plan"]["Plan Rows"] <= 25
    assert asked.count() == 20
