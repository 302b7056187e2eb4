"""The values that stood are of the closed sets, as they were; it is looked up once more."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

KNOWN = [
    ("conversation", "conversations_conversation_channel_known"),
    ("conversation", "conversations_conversation_status_known"),
    ("message", "conversations_message_role_known"),
]


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_known_values")]

    operations = [ValidateConstraint(model_name=model, name=name) for model, name in KNOWN]
