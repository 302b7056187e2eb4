"""A place in the chain is taken once and by everyone; both are looked up while others write."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

# Built while entries are being written; the constraint then takes it over in a moment.
UNIQUE = """
    CREATE UNIQUE INDEX CONCURRENTLY organisations_audit_position
        ON organisations_auditentry (organisation_id, position);
"""
OF_THE_INDEX = """
    ALTER TABLE organisations_auditentry
        ADD CONSTRAINT organisations_audit_position UNIQUE USING INDEX organisations_audit_position;
"""
WITHOUT = "ALTER TABLE organisations_auditentry DROP CONSTRAINT organisations_audit_position;"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0017_chain_the_audit_trail")]

    operations = [
        migrations.RunSQL(UNIQUE, migrations.RunSQL.noop),
        migrations.RunSQL(
            OF_THE_INDEX,
            WITHOUT,
            state_operations=[
                migrations.AddConstraint(
                    "auditentry",
                    models.UniqueConstraint(
                        name="organisations_audit_position",
                        fields=["organisation_id", "position"],
                    ),
                ),
            ],
        ),
        AddConstraintNotValid(
            "auditentry",
            models.CheckConstraint(
                name="organisations_auditentry_chained", condition=Q(position__gte=1)
            ),
        ),
        ValidateConstraint("auditentry", "organisations_auditentry_chained"),
    ]
