"""What waits for an endpoint, and what was told to it, belong to its organisation."""

from django.db import migrations

from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        migrations.RunSQL(
            *same_organisation_key("webhooks_waiting", "endpoint_id", "webhooks_endpoint")
        ),
        migrations.RunSQL(
            *same_organisation_key("webhooks_delivery", "endpoint_id", "webhooks_endpoint")
        ),
    ]
