"""Keys by which people are found again, beside the e-mail and the phone as they are shown.

The rules look through no row yet; two migrations on, when the keys are filled in, they do.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

RULES = {
    "leads_lead_email_key_said": ~Q(email_key=""),
    "leads_lead_phone_key_said": ~Q(phone_key=""),
    "leads_lead_email_key_of_email": Q(email_key__isnull=True) | Q(email__isnull=False),
    "leads_lead_phone_key_of_phone": Q(phone_key__isnull=True) | Q(phone__isnull=False),
}


def column(name, length):
    field = models.CharField(max_length=length, null=True, editable=False)
    return migrations.AddField(model_name="lead", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("leads", "0021_drop_written_xid")]

    operations = [
        column("email_key", 254),
        column("phone_key", 50),
        *(
            AddConstraintNotValid("lead", models.CheckConstraint(name=name, condition=condition))
            for name, condition in RULES.items()
        ),
    ]
