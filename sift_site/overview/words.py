"""Figures as people say them."""

from datetime import timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def duration(time: timedelta) -> str:
    """A reckoned time, no finer than it is known: `40 min`, `2 h 10 min`, `26 h`, `3.5 days`."""
    if time < timedelta(minutes=1):
        return "under 1 min"
    minutes = round(time / timedelta(minutes=1))
    if minutes < 60:
        return f"{minutes} min"
    if time < 10 * HOUR:
        step = 10 if time < 3 * HOUR else 30
        hours, rest = divmod(step * round(minutes / step), 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    if time < 2 * DAY:
        return f"{round(time / HOUR)} h"
    return f"{time / DAY:.1f}".removesuffix(".0") + " days"


def share(part: int, whole: int) -> str:
    """`42 %`; `under 1 %` rather than nothing where there is something."""
    if not whole:
        return "0 %"
    percent = round(100 * part / whole)
    return "under 1 %" if part and not percent else f"{percent} %"


def against(now: int, before: int) -> str:
    """`up from 9`, `down from 30`, `as many as`: what follows a number and stands before a time."""
    if now == before:
        return "as many as"
    return f"{'up' if now > before else 'down'} from {before:,}" if before else "up from none"


def isolated(text: str) -> str:
    """Somebody's words within ours: whatever their direction, ours keep their order (UAX 9)."""
    return f"\u2068{text}\u2069"
