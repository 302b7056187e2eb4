"""Which facts stand as they were read: of none that stands now, so adding it takes a moment."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0031_lost_reason_index")]

    operations = [
        migrations.AddField(
            "lead",
            "read_facts",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, db_default=[], size=None
            ),
        ),
    ]
