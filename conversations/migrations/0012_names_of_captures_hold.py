"""An `Idempotency-Key` is one conversation's, for ever: its index, built while others write."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

NAME = "conversations_conversation_idempotency_key_unique"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0011_names_of_captures")]

    operations = [
        ValidateConstraint("conversation", "conversations_conversation_idempotency_key_said"),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    f"""
                    CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON conversations_conversation
                        (organisation_id, idempotency_key) WHERE idempotency_key IS NOT NULL
                    """,
                    f"DROP INDEX CONCURRENTLY {NAME}",
                ),
            ],
            [
                migrations.AddConstraint(
                    "conversation",
                    models.UniqueConstraint(
                        name=NAME,
                        fields=["organisation", "idempotency_key"],
                        condition=Q(idempotency_key__isnull=False),
                    ),
                ),
            ],
        ),
    ]
