"""The charts that the period chooses, each with its finding in words; and this week's figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation.plurals import so_many
from leads.models.choices import Channel
from organisations.models import Organisation
from sift_site.overview import links
from sift_site.overview.charts import BarRow, largest, length
from sift_site.overview.periods import A_DAY, A_WEEK, Period, Span, weeks
from sift_site.overview.reading import Areas, ContactTimes, DailyFigures
from sift_site.overview.stacked import StackedChart, stacked_chart
from sift_site.overview.words import against, duration, isolated, share

WEEKS = 5  # this one and those that it is compared with
STAGES = (
    ("leads", "Received"),
    ("contacted", "Contacted"),
    ("qualified", "Qualified"),
    ("converted", "Converted"),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure of the page: its finding, and either its bars or what stands in their place."""

    name: str
    title: str
    finding: str
    rows: tuple[BarRow, ...]
    head: str = ""  # of the first column of the same figures as a table
    unit: str = "Leads"
    note: str = ""
    stacked: StackedChart | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the top of the page."""

    label: str
    number: str
    beside: str  # what it is compared with, in words
    url: str


class Overview:
    """All that is counted by days, read once for every figure that needs it."""

    def __init__(self, organisation: Organisation, period: Period, today: date) -> None:
        self.organisation, self.period, self.today = organisation, period, today
        self.span, self.before = period.span(today), period.before(today)
        self.weeks = weeks(today, WEEKS)
        first = min(self.before.first, self.weeks[-1].first)
        self.daily = DailyFigures.read(organisation, Span(first, today))
        last_week = Span(today - 6 * A_DAY, today)
        self.contact, self.open_contact = ContactTimes.read(
            organisation,
            {
                "now": self.span,
                "before": self.before,
                "week": last_week,
                "week_before": Span(last_week.first - A_WEEK, last_week.last - A_WEEK),
            },
        )

    # --- The top of the page ----------------------------------------------------------------------
    def figures(self, waiting: dict[str, int]) -> list[Figure]:
        """New today and this week, who waits, viewings, and how quickly leads were contacted."""
        day, today = f"{self.today:%A}", Span(self.today, self.today)
        week = self.weeks[0]
        a_week_ago = self.today - A_WEEK
        this_week, last_week = self._week(0), self._week(1)
        viewings, viewings_before = self._week(0, "viewings"), self._week(1, "viewings")
        last_day = self.daily.total(Span(a_week_ago, a_week_ago))
        return [
            Figure(
                "New today",
                f"{self.daily.total(today):,}",
                f"so far today; {last_day:,} on the whole of last {day}",
                links.arrived(today),
            ),
            Figure(
                "New this week",
                f"{this_week:,}",
                f"so far this week; {last_week:,} by {day} last week",
                links.arrived(week),
            ),
            Figure(
                "Hot and waiting",
                f"{waiting.get('hot', 0):,}",
                f"of {so_many(sum(waiting.values()), 'lead')} that wait for a first contact",
                links.leads(status="hot"),
            ),
            Figure(
                "Viewings asked for",
                f"{viewings:,}",
                f"so far this week; {viewings_before:,} by {day} last week",
                links.arrived(week, viewing_requested="yes"),
            ),
            self._contact_figure(),
        ]

    def _contact_figure(self) -> Figure:
        """In open hours, where those were counted, and by the clock beside it."""
        counted, by_clock = self.open_contact["week"], self.contact["week"]
        before = self.contact["week_before"].half
        if by_clock.half is None:
            number, beside = "–", "nobody in the last 7 days"
        elif counted.half is None:
            number, beside = duration(by_clock.half), "median of the last 7 days"
        else:
            number = duration(counted.half)
            beside = (
                f"median of the last 7 days in open hours; {duration(by_clock.half)} by the clock"
            )
        compared = f"; {duration(before)} in the 7 before" if before is not None else ""
        return Figure(
            "To first contact",
            number,
            beside + compared,
            links.contacted(Span(self.today - 6 * A_DAY, self.today)),
        )

    def _week(self, ago: int, figure: str = "leads") -> int:
        """A week's number up to the weekday that it is."""
        return self.daily.total(self.weeks[ago].up_to(self.today - ago * A_WEEK), figure)

    def weeks_chart(self) -> Chart:
        """This week, and whole weeks before it, each with what it had by the same weekday."""
        day = f"{self.today:%A}"
        whole = [self.daily.total(week) for week in self.weeks]
        most = largest(whole)
        by_today = [self._week(ago) for ago in range(WEEKS)]
        rows = [
            BarRow(
                "This week" if not ago else f"From {week.first.day} {week.first:%b}",
                f"{whole[ago]:,}" if not ago else f"{by_today[ago]:,} of {whole[ago]:,}",
                length(by_today[ago], most),
                f"{by_today[ago]:,} by the end of {day}",
                links.arrived(week),
                is_before=bool(ago),
                rest=length(whole[ago] - by_today[ago], most),
            )
            for ago, week in enumerate(self.weeks)
        ]
        usual = round(sum(by_today[1:]) / (WEEKS - 1))
        finding = (
            f"{so_many(whole[0], 'lead')} since Monday. The four weeks before had {usual:,} on"
            f" average by the end of {day}; their bars go on to the whole week."
        )
        return Chart("weeks", "This week", finding, tuple(rows), "Week")

    # --- What the period chooses ------------------------------------------------------------------
    def charts(self) -> list[Chart]:
        return [
            self._days_chart(),
            self._stages_chart(),
            self._contact_chart(),
            self._channels_chart(),
            self._areas_chart(),
        ]

    @property
    def _when(self) -> str:
        return self.period.in_words(self.today)

    def _days_chart(self) -> Chart:
        stacked = stacked_chart(self.daily, self.period, self.span)
        now, before = self.daily.total(self.span), self.daily.total(self.before)
        finding = (
            f"{so_many(now, 'lead')} came {self._when}, {against(now, before)}"
            f" {self.period.before_in_words}."
        )
        if now:
            busiest = stacked.busiest
            finding += f" The busiest {stacked.unit} was {busiest.label}, with {busiest.leads:,}."
        title = f"Leads by {stacked.unit}, by temperature"
        return Chart("days", title, finding, (), stacked.unit.capitalize(), stacked=stacked)

    def _stages_chart(self) -> Chart:
        numbers = [self.daily.total(self.span, stage) for stage, _ in STAGES]
        whole = numbers[0]
        rows = [
            BarRow(
                label,
                f"{number:,}",
                length(number, whole),
                f"{share(number, whole)} of those received",
                links.arrived(self.span, **({} if stage == "leads" else {"reached": stage})),
            )
            for (stage, label), number in zip(STAGES, numbers, strict=True)
        ]
        _, contacted, qualified, converted = numbers
        finding = (
            f"Of {so_many(whole, 'lead')} that came {self._when}, {contacted:,}"
            f" ({share(contacted, whole)}) were contacted, {qualified:,} qualified and"
            f" {converted:,} ({share(converted, whole)}) converted so far."
            if whole
            else f"No lead came {self._when}."
        )
        return Chart("stages", "From new to converted", finding, tuple(rows), "Came as far as")

    def _contact_chart(self) -> Chart:
        now, before = self.contact["now"], self.contact["before"]
        counted, counted_before = self.open_contact["now"], self.open_contact["before"]
        times: list[tuple[str, Any, Any]] = [
            ("Half within", now.half, before.half),
            ("Nine in ten within", now.nine_in_ten, before.nine_in_ten),
            ("Half, open hours", counted.half, counted_before.half),
            ("Nine in ten, open hours", counted.nine_in_ten, counted_before.nine_in_ten),
        ]
        most = max((time for _, *both in times for time in both if time), default=A_DAY)
        rows = [
            BarRow(
                label if not is_before else f"{label}, before",
                duration(time),
                length(time / most, 1),
                f"{self.period.before_in_words if is_before else self._when}",
                links.contacted(self.before if is_before else self.span),
                is_before=is_before,
            )
            for label, *both in times
            for time, is_before in zip(both, (False, True), strict=True)
            if time is not None
        ]
        note = "Times are within five per cent. They count from a lead’s arrival, nights included."
        if counted.leads:
            note += self._note_of_open_hours()
        finding = self._contact_finding()
        return Chart(
            "contact", "Time to first contact", finding, tuple(rows), "Waited", "Time", note
        )

    def _note_of_open_hours(self) -> str:
        counted = self.open_contact["now"]
        answered = f"{counted.out_of_hours:,} of {so_many(counted.leads, 'lead')}"
        unknown = self.contact["now"].leads - counted.leads
        return (
            " In open hours count those that you kept then;"
            f" {answered} had an answer before you opened."
            + (f" Of {unknown:,} they were not kept yet." if unknown > 0 else "")
        )

    def _contact_finding(self) -> str:
        now, before = self.contact["now"], self.contact["before"]
        if now.half is None or now.nine_in_ten is None:
            return f"Nobody was first contacted {self._when}."
        finding = (
            f"Of {so_many(now.leads, 'lead')} first contacted {self._when}, half waited no longer"
            f" than {duration(now.half)}, nine in ten no longer than {duration(now.nine_in_ten)}"
        )
        in_open_hours = self.open_contact["now"].half
        if in_open_hours is not None:
            finding += f"; in open hours, half no longer than {duration(in_open_hours)}"
        if before.half is None or before.nine_in_ten is None:
            return f"{finding}."
        return (
            f"{finding}; {self.period.before_in_words} it was {duration(before.half)} and"
            f" {duration(before.nine_in_ten)} by the clock."
        )

    def _channels_chart(self) -> Chart:
        whole = self.daily.total(self.span)
        numbers = {channel: self.daily.total(self.span, channel.value) for channel in Channel}
        rows = [
            BarRow(
                channel.label,
                f"{number:,}",
                length(number, whole),
                f"{share(number, whole)} of all",
                links.arrived(self.span, source=channel.value),
            )
            for channel, number in sorted(numbers.items(), key=lambda item: -item[1])
        ]
        most = max(numbers, key=lambda channel: numbers[channel])
        finding = (
            f"{most.label} brought most: {numbers[most]:,} of {so_many(whole, 'lead')}"
            f" ({share(numbers[most], whole)}) {self._when}."
            if whole
            else f"No lead came {self._when}."
        )
        return Chart("channels", "By channel", finding, tuple(rows), "Channel")

    def _areas_chart(self) -> Chart:
        areas = Areas.read(self.organisation, self.span)
        whole = self.daily.total(self.span)
        most = areas.shown[0][1] if areas.shown else 0
        rows = [
            BarRow(
                area,
                f"{number:,}",
                length(number, most),
                f"{share(number, whole)} of all",
                links.arrived(self.span, area=area),
            )
            for area, number in areas.shown
        ]
        finding = (
            f"{isolated(areas.shown[0][0])} is wanted most, by {most:,} of"
            f" {so_many(whole, 'lead')} {self._when}."
            if areas.shown
            else f"No lead named an area {self._when}."
        )
        named = sum(number for _, number in areas.shown) + areas.in_others
        parts = []
        if areas.others:
            other = so_many(areas.others, "other area")
            parts.append(f"{so_many(areas.in_others, 'lead')} in {other}")
        if whole > named:
            parts.append(f"{so_many(whole - named, 'lead')} named none")
        note = f"Besides, {'; '.join(parts)}." if parts and areas.shown else ""
        return Chart("areas", "By area", finding, tuple(rows), "Area", note=note)
