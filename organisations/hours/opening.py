"""When an agency is open: at a moment, next, and for how long between two moments.

Nothing here asks the database. A day's hours are minutes after its midnight, in pairs that grow:
`(540, 750, 810, 1050)` is 9:00 to 12:30 and 13:30 to 17:30. They are read off a clock in London, so
a day on which clocks change may be open for an hour more or less. No span begins or ends while the
clock shows what is skipped in spring and comes twice in autumn, so none is ever in doubt.

PostgreSQL counts the same way (`organisations_open_seconds()`, organisations/triggers.py): that is
for a lead's first contact, whose one statement waits for nobody to reckon. A test holds the two
together.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from foundation.days import AGENCY_ZONE, midnight, next_weekday

A_DAY = 24 * 60  # minutes
_AFTER_CHANGE = 120  # minutes after midnight: by then clocks have changed, if they do
_LONGEST_CLOSED = timedelta(days=28)
_FARTHEST = 400  # days ahead in which an opening is looked for: more than a year

Minutes = Sequence[int]
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """An agency's hours."""

    week: Sequence[Minutes]  # from Monday to Sunday
    special: Mapping[date, Minutes]  # days that have hours of their own; () is closed
    bank_holidays: Container[date]  # closed, but for those that are special

    def on(self, day: date) -> Minutes:
        """The hours of that day of the agency's."""
        if day in self.special:
            return self.special[day]
        return () if day in self.bank_holidays else self.week[day.weekday()]

    def is_open(self, moment: datetime) -> bool:
        return any(opens <= moment < closes for opens, closes in self._spans(_day_of(moment)))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The first moment from then on at which it is open: that one itself, if it is open then.

        None where it does not open within a year.
        """
        moment = moment.astimezone(UTC)
        for opens, closes in self._spans_from(moment):
            if moment < closes:
                return max(moment, opens)
        return None

    def next_working_day(self, day: date) -> date:
        """The first day after it from Monday to Friday on which it opens.

        Of an agency that opens on none of the next few weeks', the first of them.
        """
        ahead = first = next_weekday(day)
        while not self.on(ahead):
            ahead = next_weekday(ahead)
            if ahead - first > _LONGEST_CLOSED:
                return first
        return ahead

    def open_between(self, began: datetime, ended: datetime) -> timedelta:
        """For how long it was open between the two; nothing where they are the other way round."""
        began, ended = began.astimezone(UTC), ended.astimezone(UTC)
        first, last = _day_of(began), _day_of(ended)
        if last <= first:
            return self._open_on(first, began, ended)
        whole = sum(
            (self._open_for(first + timedelta(ahead)) for ahead in range(1, (last - first).days)),
            timedelta(0),
        )
        return self._open_on(first, began, ended) + whole + self._open_on(last, began, ended)

    def after(self, began: datetime, time_open: timedelta) -> datetime | None:
        """When it will have been open for that long since then; None if not within a year."""
        began = began.astimezone(UTC)
        for opens, closes in self._spans_from(began):
            opens = max(began, opens)
            if closes - opens >= time_open:
                return opens + time_open
            time_open -= max(closes - opens, timedelta(0))
        return None

    def _open_on(self, day: date, began: datetime, ended: datetime) -> timedelta:
        """For how long it was open on that day, between the two."""
        return sum(
            (
                max(min(ended, closes) - max(began, opens), timedelta(0))
                for opens, closes in self._spans(day)
            ),
            timedelta(0),
        )

    def _open_for(self, day: date) -> timedelta:
        """For how long it is open on that day: what its clock says, unless it opens before the hour
        in which clocks change."""
        minutes = self.on(day)
        if minutes and minutes[0] < _AFTER_CHANGE:
            return sum((closes - opens for opens, closes in self._spans(day)), timedelta(0))
        return timedelta(minutes=sum(minutes[1::2]) - sum(minutes[::2]))

    def _spans_from(self, moment: datetime) -> Iterator[Span]:
        """The spans of that moment's day, and of those that follow."""
        first = _day_of(moment)
        for ahead in range(_FARTHEST):
            yield from self._spans(first + timedelta(ahead))

    def _spans(self, day: date) -> Iterator[Span]:
        minutes = [_moment(day, minute) for minute in self.on(day)]
        return zip(minutes[::2], minutes[1::2], strict=True)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(AGENCY_ZONE).date()


def _moment(day: date, minute: int) -> datetime:
    """In UTC: moments of a zone that changes its clocks are subtracted as if it did not."""
    if minute == A_DAY:
        return midnight(day, days_later=1).astimezone(UTC)
    shown = time(*divmod(minute, 60))
    return datetime.combine(day, shown, tzinfo=AGENCY_ZONE).astimezone(UTC)
