"""Reminders of keys that are about to expire: a week and a day before, each sent once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apikeys import letters
from apikeys.models import ApiKey, KeyReminder, Reminder

_BEFORE = {Reminder.DAY: timedelta(days=1), Reminder.WEEK: timedelta(days=7)}


def send_due() -> int:
    """Send the reminders that are due and were not sent; how many keys they are about.

    A key whose last day has come gets the day's reminder alone, whatever was missed before.
    """
    keys = ApiKey.objects.expiring_within(_BEFORE[Reminder.WEEK]).select_related("organisation")
    return sum(_remind(key) for key in keys.order_by("expires_at"))


@transaction.atomic
def _remind(key: ApiKey) -> bool:
    """Whether it was sent now: the row is the claim to it, so of two at once only one sends."""
    assert key.expires_at is not None  # noqa: S101 - the QuerySet's own condition
    _, is_new = KeyReminder.objects.get_or_create(
        organisation=key.organisation, api_key=key, reminder=_due(key.expires_at)
    )
    if is_new:
        letters.key_expires(key)
    return is_new


def _due(end: datetime) -> Reminder:
    is_last_day = end - timezone.now() <= _BEFORE[Reminder.DAY]
    return Reminder.DAY if is_last_day else Reminder.WEEK
