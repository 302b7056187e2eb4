"""What a key was used for, its reminders and the key in its place are of the key's organisation."""

from django.db import migrations

from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0003_key_life")]

    operations = [
        migrations.RunSQL(*same_organisation_key(table, column, "apikeys_apikey"))
        for table, column in [
            ("apikeys_apikey", "replaced_by_id"),
            ("apikeys_call", "api_key_id"),
            ("apikeys_dailycalls", "api_key_id"),
            ("apikeys_keyreminder", "api_key_id"),
        ]
    ]
