"""An invitation and the person who sent it belong to one organisation."""

from django.db import migrations

from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0008_invitations")]

    operations = [
        migrations.RunSQL(
            *same_organisation_key(
                "organisations_invitation", "invited_by_id", "organisations_user"
            )
        ),
    ]
