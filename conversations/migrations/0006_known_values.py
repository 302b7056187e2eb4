"""The closed sets of values, each as one constant: they cost writes less (organisations/one_of.py).

What stands was held to the same; it is looked through in the next migration, while others go on.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations
from django.db.models import CheckConstraint, Q

_KNOWN = [
    (
        "conversation",
        "conversations_conversation_channel_known",
        Q(channel__one_of=["website", "sms", "email"]),
    ),
    (
        "conversation",
        "conversations_conversation_status_known",
        Q(status__one_of=["open", "closed"]),
    ),
    ("message", "conversations_message_role_known", Q(role__one_of=["user", "assistant"])),
]


def _exchanged(model, name, condition):
    constraint = CheckConstraint(name=name, condition=condition)
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        AddConstraintNotValid(model_name=model, constraint=constraint),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0005_latest_indexes"),
        ("organisations", "0014_known_values"),
    ]

    operations = [operation for known in _KNOWN for operation in _exchanged(*known)]
