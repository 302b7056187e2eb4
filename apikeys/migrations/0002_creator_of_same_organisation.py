"""A key and the person who made it belong to one organisation."""

from django.db import migrations

from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0001_initial"), ("organisations", "0001_initial")]

    operations = [
        migrations.RunSQL(
            *same_organisation_key("apikeys_apikey", "created_by_id", "organisations_user")
        ),
    ]
