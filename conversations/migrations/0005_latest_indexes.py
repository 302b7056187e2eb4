"""The conversation list's new indexes, built while conversations are being read and written."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0004_fill_what_was_said")]

    operations = [
        AddIndexConcurrently(
            "conversation",
            models.Index(
                fields=["organisation", "channel", "status", "-last_message_at", "-id"],
                name="conversations_latest_of_state",
            ),
        ),
        AddIndexConcurrently(
            "conversation", GinIndex(fields=["search"], name="conversations_search")
        ),
    ]
