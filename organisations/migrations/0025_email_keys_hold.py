"""An e-mail is one person's, and invited once in an agency, by its key; no longer by its case.

It locks people and invitations while their keys are indexed: a moment, for there are few.
"""

from django.db import migrations, models
from django.db.models import Q

_COLUMN = {"editable": False, "help_text": "account_key() of it", "max_length": 254}
_UNIQUE = "organisations_user_email_unique"
_OPEN = "organisations_invitation_email_open"


class Migration(migrations.Migration):
    dependencies = [("organisations", "0024_fill_email_keys")]

    operations = [
        migrations.AlterField("user", "email_key", models.CharField(**_COLUMN)),
        migrations.AlterField("invitation", "email_key", models.CharField(**_COLUMN)),
        migrations.RemoveConstraint("user", _UNIQUE),
        migrations.AddConstraint(
            "user", models.UniqueConstraint(fields=["email_key"], name=_UNIQUE)
        ),
        migrations.RemoveConstraint("invitation", _OPEN),
        migrations.AddConstraint(
            "invitation",
            models.UniqueConstraint(
                fields=["organisation", "email_key"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name=_OPEN,
            ),
        ),
        *[
            migrations.AddConstraint(
                model,
                models.CheckConstraint(
                    name=f"organisations_{model}_email_key_said", condition=~Q(email_key="")
                ),
            )
            for model in ("user", "invitation")
        ],
    ]
