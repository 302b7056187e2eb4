"""Rules that Django's models cannot say: keys over (organisation_id, ...) and the UPDATE trigger."""

from django.db import migrations

from foundation.database.columns import same_organisation_key, stamp_trigger

# `last_message_at` is not in the JSON, but a new message moves its conversation's `updated_at`.
SHOWN = ["lead_id", "channel", "status", "languages_used", "created_at", "last_message_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0001_initial"),
        ("leads", "0002_same_organisation_and_stamp"),
    ]

    operations = [
        migrations.RunSQL(
            *same_organisation_key("conversations_conversation", "lead_id", "leads_lead")
        ),
        migrations.RunSQL(
            *same_organisation_key(
                "conversations_message", "conversation_id", "conversations_conversation"
            )
        ),
        migrations.RunSQL(*stamp_trigger("conversations_conversation", SHOWN)),
    ]
