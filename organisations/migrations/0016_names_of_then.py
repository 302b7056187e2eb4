"""Names as they were, kept in audit entries from now on. Its rows are checked while others write.

The column is NULL in what stands, which the trigger lets nobody fill in: those entries go on being
told by the names of the day on which they are read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_NO_LEAD = "organisations_auditentry_names_no_lead"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0015_known_values_hold")]

    operations = [
        migrations.AddField(
            "auditentry",
            "names",
            models.JSONField(
                null=True, help_text="what was called how; NULL: written before names were kept"
            ),
        ),
        AddConstraintNotValid(
            "auditentry",
            models.CheckConstraint(
                name=_NO_LEAD,
                condition=~Q(target_kind__one_of=["lead", "leads"]) | ~Q(names__has_key="target"),
            ),
        ),
        ValidateConstraint("auditentry", _NO_LEAD),
    ]
