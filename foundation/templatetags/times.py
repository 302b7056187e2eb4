"""Times as people read them: in words, with the exact moment one hover away."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.plurals import so_many

register = template.Library()


def exactly(moment: datetime) -> str:
    """`Monday 1 June 2026, 10:30 BST`, in the zone in force."""
    local = timezone.localtime(moment)
    # Not date_format: this stands in every row, and is a tenth of a list's work there.
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}"


def in_words(moment: datetime, now: datetime) -> str:
    """`5 minutes ago`, `yesterday`, `3 Oct`: the coarser the longer ago."""
    ago = now - moment
    if ago < timedelta(0):
        return _date(moment, now)
    if ago < timedelta(minutes=1):
        return "just now"
    if ago < timedelta(hours=1):
        return f"{so_many(int(ago.total_seconds() // 60), 'minute')} ago"
    if ago < timedelta(hours=12):
        return f"{so_many(int(ago.total_seconds() // 3600), 'hour')} ago"
    days = (timezone.localtime(now).date() - timezone.localtime(moment).date()).days
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{so_many(days, 'day')} ago" if days < 7 else _date(moment, now)


def waited(time: timedelta) -> str:
    """How long somebody has waited: `under a minute`, `5 minutes`, `26 hours`, `3 days`."""
    if time < timedelta(minutes=1):
        return "under a minute"
    if time < timedelta(hours=1):
        return so_many(time // timedelta(minutes=1), "minute")
    if time < timedelta(days=2):
        return so_many(time // timedelta(hours=1), "hour")
    return so_many(time.days, "day")


def _date(moment: datetime, now: datetime) -> str:
    local = timezone.localtime(moment)
    same_year = local.year == timezone.localtime(now).year
    return date_format(local, "j M" if same_year else "j M Y")


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """How long ago, as `<time>` with the exact moment in its title; the page keeps it true."""
    return format_html(
        '<time datetime="{}" title="{}" data-told="ago">{}</time>',
        # Not finer than it is told: six digits of chance in each row compress to themselves.
        moment.isoformat(timespec="seconds"),
        exactly(moment),
        in_words(moment, timezone.now()),
    )


@register.simple_tag
def since(moment: datetime, words: str) -> SafeString:
    """How long it is since then, as `<time>`; the page keeps it true."""
    return format_html(
        '<time datetime="{}" title="Since {}" data-told="waited">{}</time>',
        moment.isoformat(timespec="seconds"),
        exactly(moment),
        words,
    )


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day, as `<time>`."""
    return _time(moment, date_format(timezone.localtime(moment), "H:i"))


@register.simple_tag
def moment(moment: datetime) -> SafeString:
    """Date and time of day, as `<time>`."""
    return _time(moment, date_format(timezone.localtime(moment), "j M Y, H:i"))


@register.simple_tag
def to_the_second(moment: datetime) -> SafeString:
    """Date and time of day with its seconds, as `<time>`."""
    return _time(moment, date_format(timezone.localtime(moment), "j M Y, H:i:s"))


@register.filter
def day(moment: datetime) -> str:
    """`3 October 2026`."""
    return date_format(timezone.localtime(moment), "j F Y")


def _time(moment: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exactly(moment), words
    )
