"""The audit trail: written once, whoever writes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditEntry, AuditTarget

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(agency, admin) -> AuditEntry:
    return record(
        agency.id,
        AuditAction.ROLE_CHANGED,
        by=Actor.for_person(admin, "203.0.113.9"),
        target=AuditTarget.PERSON,
        target_id=admin.id,
        role="admin",
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE organisations_auditentry SET action = 'sign_in'",
        "DELETE FROM organisations_auditentry",
        # Refused as a statement, so also where no row would be touched.
        "DELETE FROM organisations_auditentry WHERE false",
        "TRUNCATE organisations_auditentry",
    ],
)
def test_what_was_written_down_cannot_be_changed_or_removed(entry, sql):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert AuditEntry.objects.get().details == {"role": "admin"}


def test_an_entry_says_who_what_to_whom_and_from_where(agency, admin, entry):
    stored = AuditEntry.objects.for_organisation(agency).get()

    assert (stored.actor_kind, stored.actor_id) == ("person", admin.id)
    assert stored.address == "203.0.113.9"
    assert (stored.target_kind, stored.target_id) == ("person", admin.id)


def test_an_agency_sees_its_own_entries_alone(entry, other_agency):
    assert not AuditEntry.objects.for_organisation(other_agency).exists()


def test_an_action_that_is_none_is_refused_by_the_database(agency):
    with pytest.raises(IntegrityError, match="action_known"), transaction.atomic():
        AuditEntry.objects.create(
            organisation_id=agency.id, action="danced", actor_kind="system", target_kind="lead"
        )


def test_an_entry_has_the_databases_time_whatever_is_said(agency):
    long_ago = timezone.now() - timedelta(days=40)

    made = AuditEntry.objects.create(
        organisation_id=agency.id,
        action="plan_changed",
        actor_kind="system",
        target_kind="organisation",
        created_at=long_ago,
        position=7,
        hash=b"made up",
    )

    stored = AuditEntry.objects.get()
    assert timezone.now() - stored.created_at < timedelta(minutes=1)
    assert (stored.position, len(stored.hash)) == (1, 32)
    assert made.pk == stored.pk
