"""The indexes of the audit trail's filters, built while entries are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0010_an_admin_stays")]

    operations = [
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                condition=Q(actor_id__isnull=True),
                fields=["organisation_id", "-created_at", "-id"],
                name="organisations_audit_nobody",
            ),
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                condition=Q(target_id__isnull=False),
                fields=["organisation_id", "target_id", "-created_at", "-id"],
                name="organisations_audit_target",
            ),
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                condition=Q(address__isnull=False),
                fields=["organisation_id", "address", "-created_at", "-id"],
                name="organisations_audit_address",
            ),
        ),
    ]
