"""The rule of open time until contact. What stands meets it: it is looked through while others read
and write."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations
from django.db.models import CheckConstraint, Q

_NAME = "leads_lead_open_time_of_contact"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0034_open_hours_until_contact")]

    operations = [
        AddConstraintNotValid(
            "lead",
            CheckConstraint(
                name=_NAME,
                condition=Q(contact_open_seconds__isnull=True)
                | Q(contact_open_seconds__gte=0, first_contacted_at__isnull=False),
            ),
        ),
        ValidateConstraint("lead", _NAME),
    ]
