"""One more kind of event. Rows are checked while events are being written."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_KNOWN = "leads_leadevent_kind_known"
_KINDS = [
    ("status", "Status"),
    ("field", "Fact"),
    ("note", "Note"),
    ("assignment", "Assignment"),
    ("merge", "Merge"),
    ("capture", "Capture"),
    ("giving", "Giving"),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0025_search_as_people_type")]

    operations = [
        migrations.AlterField("leadevent", "kind", models.CharField(choices=_KINDS, max_length=16)),
        migrations.RemoveConstraint("leadevent", _KNOWN),
        AddConstraintNotValid(
            "leadevent",
            models.CheckConstraint(
                name=_KNOWN, condition=Q(kind__one_of=[value for value, _ in _KINDS])
            ),
        ),
        ValidateConstraint("leadevent", _KNOWN),
    ]
