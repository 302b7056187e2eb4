"""What a conversation's fields may say (CONTRACT.md, section 1), and how people are shown it."""

from django.db import models


class ConversationStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class MessageRole(models.TextChoices):
    USER = "user", "Visitor"
    ASSISTANT = "assistant", "Assistant"
