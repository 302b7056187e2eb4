"""A table that fills up is planned for as what it has become."""

import pytest
from django.db import connection

from foundation.database.copying import copy_rows
from foundation.database.planner_statistics import analyse_if_outgrown
from foundation.ids import uuid7
from leads.models import Lead
from tests.factories import make_organisation
from tests.statements import statements_sent


def planned_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'leads_lead'::regclass")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_statistics_follow_a_table_that_outgrew_them_and_only_then():
    agency = make_organisation()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) leads_lead")  # no page of an earlier test stays
    fields = ("id", "organisation_id", "source", "status", "moved_on", "hand_set",
              "viewing_requested")  # fmt: skip
    rows = [(uuid7(), agency.id, "sms", "new", False, [], False) for _ in range(2000)]
    copy_rows(Lead, fields, rows)

    analyse_if_outgrown(Lead)
    with statements_sent() as sent:
        analyse_if_outgrown(Lead)

    assert planned_rows() == 2000
    assert len(sent) == 1
