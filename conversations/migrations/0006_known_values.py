"""The closed sets of values, each as one constant: they cost writes less (foundation/database/one_of.py).

What stands was held to the same; it is looked through in the next migration, while others go on.
"""

from django.db import migrations
from django.db.models import Q

from foundation.frozen import exchange

KNOWN = [
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


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0005_latest_indexes"),
        ("organisations", "0014_known_values"),
    ]

    operations = exchange(KNOWN)
