"""By what a conversation is known besides `external_id`, and what the last capture of it brought.

Both columns are null for what stands, so adding them takes a moment.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import CheckConstraint, Q


class Migration(migrations.Migration):
    dependencies = [("conversations", "0010_search_as_people_type")]

    operations = [
        migrations.AddField(
            "conversation", "idempotency_key", models.CharField(max_length=200, null=True)
        ),
        migrations.AddField(
            "conversation",
            "received_messages",
            models.IntegerField(null=True, help_text="that what was last received added"),
        ),
        AddConstraintNotValid(
            "conversation",
            CheckConstraint(
                name="conversations_conversation_idempotency_key_said",
                condition=~Q(idempotency_key=""),
            ),
        ),
    ]
