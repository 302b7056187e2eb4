"""From when an agency requires two-step sign-in, of admins and of agents."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("organisations", "0031_encrypted_secrets_hold")]

    operations = [
        *(
            migrations.AddField(
                "organisation",
                f"{role}_two_step_from",
                models.DateTimeField(null=True, help_text="NULL: not required"),
            )
            for role in ("admins", "agents")
        ),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(
                name="organisations_organisation_two_step_of_admins_first",
                condition=Q(agents_two_step_from__isnull=True)
                | Q(admins_two_step_from__isnull=False),
            ),
        ),
    ]
