"""The filters above the list of leads: what may be asked, and the leads that it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.http import QueryDict

from foundation.database.lexemes import Matches, MatchesWhenRead
from foundation.days import Period
from foundation.lists import widgets
from foundation.lists.filters import (
    MOST_WORDS,
    ChoiceGroup,
    FilterForm,
    any_of,
    checked_search,
    day_field,
    one_of,
    search_field,
)
from foundation.lists.listing import Listing, Narrowed, Range
from foundation.lists.paging import Column, Order
from leads import search
from leads.follow_ups import FollowUp
from leads.models import Lead, LeadQuerySet
from leads.models.choices import (
    FACT_CHOICES,
    FACT_LABELS,
    REACHED,
    SCORED_STATUSES,
    Channel,
    LeadStatus,
    LostReason,
)
from leads.models.lead import WORKED
from leads.temperature import HOT_FROM, WARM_FROM
from organisations.models import User

NEWEST: Order = (Column("created_at"), Column("id"))
BEST: Order = (Column("score", null_as=-1), *NEWEST)
OLDEST: Order = tuple(replace(column, ascending=True) for column in NEWEST)
# The score that a temperature stands for, from and to, in their order; no score counts as -1.
BANDS = {
    "none": (-1, -1),
    "cold": (0, WARM_FROM - 1),
    "warm": (WARM_FROM, HOT_FROM - 1),
    "hot": (HOT_FROM, 100),
}


class _Worked(Column):
    """Whether a lead waits no longer for its first contact, as the index has it."""

    @property
    def expression(self) -> Case:
        return WORKED

    def value(self, row: models.Model) -> int:
        return int(row.status not in SCORED_STATUSES)  # type: ignore[attr-defined]  # a lead

    def read(self, model: type[models.Model], text: str) -> int:
        return ("0", "1").index(text)


LONGEST_WAIT: Order = (_Worked("status", ascending=True), *OLDEST)


class Sort(models.TextChoices):
    NEWEST = "newest", "Newest"
    SCORE = "score", "Best score"
    WAIT = "wait", "Longest wait"


def _showing(label: str, choices: Iterable[tuple[str, str]]) -> Any:
    """A select of how the list is shown, of which one is always chosen."""
    said = "“%(value)s” is not one of these, so the usual one is taken."
    return forms.ChoiceField(
        label=label,
        choices=list(choices),
        required=False,
        widget=widgets.Select,
        error_messages={"invalid_choice": said},
    )


def _score(label: str) -> Any:
    said = "A score is a whole number from 0 to 100; this narrows nothing here."
    return forms.IntegerField(
        label=label,
        required=False,
        widget=widgets.NumberInput(attrs={"min": 0, "max": 100, "inputmode": "numeric"}),
        error_messages={"invalid": said},
        validators=[MinValueValidator(0, said), MaxValueValidator(100, said)],
    )


@dataclass(frozen=True, slots=True)
class Menu:
    """A field of the bar that opens, and what is chosen in it, in words; none: anything."""

    field: str
    label: str
    chosen: str
    is_at_fault: bool


class LeadFilterForm(FilterForm):
    """What the address asks of the list. `person` is who asks: the search is of their agency.

    It costs one statement, for the people of the agency.
    """

    SHOWING: Mapping[str, str] = {"sort": Sort.NEWEST.value, "size": "50"}
    FIRST = ("assignee", "period", "sort")
    MORE = (
        "source", *FACT_CHOICES, "viewing_requested", "area", "since", "until",
        "reached", "contacted_since", "contacted_until", "follow_up", "lost_reason",
        "score_from", "score_to", "size",
    )  # fmt: skip
    IN_ORDER = (
        *FilterForm.IN_ORDER,
        ("contacted_since", "contacted_until"),
        ("score_from", "score_to"),
    )

    q = search_field("Search", form="lead-filters", placeholder="Name, e-mail, phone, area…")
    status = any_of("Status", LeadStatus.choices, "status", "statuses")
    temperature = any_of(
        "Temperature",
        [("hot", "Hot"), ("warm", "Warm"), ("cold", "Cold"), ("none", "Not scored")],
        "temperature",
        "temperatures",
    )
    source = one_of("Source", Channel.choices)
    period = one_of("Received", Period.choices)
    assignee = one_of("Assignee", [])
    # One for each fact with a closed set of values: in a class's body, locals() is its namespace.
    locals().update(
        {fact: one_of(FACT_LABELS[fact], choices.choices) for fact, choices in FACT_CHOICES.items()}
    )
    viewing_requested = one_of("Viewing", [("yes", "Viewing asked for"), ("no", "No viewing")])
    since = day_field("Received from")
    until = day_field("Received until")
    # One area as it was written, where a search for it would find other mentions too.
    area = forms.CharField(
        label="Area, exactly",
        required=False,
        strip=False,
        max_length=200,
        error_messages={"max_length": "An area has at most 200 characters; this narrows nothing."},
    )
    reached = one_of("Came as far as", [(status.value, status.label) for status in REACHED])
    contacted_since = day_field("First contact from")
    contacted_until = day_field("First contact until")
    follow_up = one_of("Follow-up", FollowUp.choices)
    lost_reason = one_of("Lost because", LostReason.choices)
    score_from = _score("Score from")
    score_to = _score("Score to")
    sort = _showing("Sort", Sort.choices)
    size = _showing("Rows", [("25", "25"), ("50", "50"), ("100", "100")])

    def __init__(self, query: QueryDict, person: User) -> None:
        self.person = person
        self.people = {str(one.id): one for one in person.organisation.people.order_by("name")}
        super().__init__(query)

    def _known_choices(self) -> Mapping[str, list[tuple[str, Any]]]:
        people = [(id_, one.name) for id_, one in self.people.items()]
        return {"assignee": [("", "Anybody"), ("me", "Me"), ("none", "Nobody"), *people]}

    def clean_q(self) -> str:
        """The search as typed; one of which nothing can be looked up is a fault."""
        text: str = self.cleaned_data["q"]
        asked = search.query(self.person.organisation_id, text, {})
        return checked_search(text, words=len(text.split()), has_any=asked is not None)

    # --- What the filters leave -------------------------------------------------------------------
    @property
    def sorted_by(self) -> Sort:
        return Sort(self.cleaned_data.get("sort") or Sort.NEWEST)

    @property
    def page_size(self) -> int:
        return int(self.cleaned_data.get("size") or self.SHOWING["size"])

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those of the agency's `leads` that pass every filter, in no order."""
        leads = leads.filter(self._days("created_at"), self._scored(), self._handled())
        if statuses := self.chosen("status"):
            leads = leads.filter(status__in=statuses)
        asked = self._asked(self._facets())
        return leads if asked is None else leads.found_by(asked)

    def in_order(self, leads: LeadQuerySet) -> LeadQuerySet:
        match self.sorted_by:
            case Sort.SCORE:
                return leads.best_first()
            case Sort.WAIT:
                return leads.longest_wait_first()
        return leads.newest_first()

    def listing(self) -> Listing[Lead]:
        """The agency's unmerged leads that pass every filter, to be read a page at a time."""
        return self._listing(self.sorted_by)

    def _listing(self, sort: Sort) -> Listing[Lead]:
        every = Lead.objects.for_organisation(self.person.organisation).unmerged().defer("search")
        facets = self._facets()
        statuses = self.chosen("status")
        order = self._order(sort, statuses)
        by_index, besides = self._days("created_at"), self._scored()
        if order is BEST:
            by_index, besides = besides & self._banded(facets), by_index
        if order is LONGEST_WAIT:
            by_index, besides = Q(), by_index & besides
        else:
            by_index &= self._of_one_person(facets)
        besides &= self._handled()
        asked = self._asked(facets)
        found = Q() if asked is None else Q(Matches(asked))
        found_when_read = Q() if asked is None else Q(MatchesWhenRead(asked))
        of_statuses = Q(status__in=statuses) if statuses else Q()
        ranges = [by_index & Q(status=status) for status in statuses] or [by_index]
        if order is LONGEST_WAIT and statuses:
            ranges, besides = [by_index], besides & of_statuses
        return Listing(
            order,
            Narrowed(
                ranges=[
                    Range(every.filter(range_), every.filter(range_, besides, found_when_read))
                    for range_ in ranges
                ],
                collected=every.filter(of_statuses, by_index, besides, found),
                every=every,
                is_ranges_alone=not besides and asked is None,
            ),
            newest=None if order is NEWEST else self._listing(Sort.NEWEST),
        )

    def _order(self, sort: Sort, statuses: list[str]) -> Order:
        """One that an index has: leads that all wait, or all do not, are just the oldest first."""
        if sort is Sort.WAIT:
            kinds = {status in SCORED_STATUSES for status in statuses}
            return OLDEST if len(kinds) == 1 else LONGEST_WAIT
        return BEST if sort is Sort.SCORE else NEWEST

    def _of_one_person(self, facets: dict[str, list[str]]) -> Q:
        """One person's leads, whatever their status, as a stretch of an index; the facet then goes.

        Few of the newest leads have been given to anybody and many of the older ones: looked for as
        a facet, all of a person's leads would be collected to show the newest.
        """
        people = facets.get("assignee", [])
        if len(people) != 1 or people == ["none"] or self.chosen("status"):
            return Q()
        del facets["assignee"]
        return Q(assignee=people[0])

    def _asked(self, facets: Mapping[str, Iterable[str]]) -> str | None:
        """The search, and words that any lead of the area has: the index leads to those, and
        `_handled` leaves those whose area is exactly that."""
        words = [word for word in self.cleaned_data.get("area", "").split() if "@" not in word]
        asked = (
            search.query(self.person.organisation_id, self.cleaned_data.get("q", ""), facets),
            search.query(self.person.organisation_id, " ".join(words[:MOST_WORDS]), {}),
        )
        return " & ".join(filter(None, asked)) or None

    def _facets(self) -> dict[str, list[str]]:
        """The facets that the lead must have, each with the values of which any will do."""
        names = (*FACT_CHOICES, "source", "temperature", "viewing_requested")
        facets = {name: self.chosen(name) for name in names}
        facets["assignee"] = [
            str(self.person.id) if value == "me" else value for value in self.chosen("assignee")
        ]
        return {name: values for name, values in facets.items() if values}

    def _handled(self) -> Q:
        """What became of it, and what it is about to the letter; no index is in such an order."""
        said = self.cleaned_data
        handled = self._days("first_contacted_at", prefix="contacted_")
        if area := said.get("area"):
            handled &= Q(area=area)
        if reached := said.get("reached"):
            handled &= Q(reached__gte=REACHED[LeadStatus(reached)])
        if lost_reason := said.get("lost_reason"):
            handled &= Q(lost_reason=lost_reason)
        if follow_up := said.get("follow_up"):
            handled &= FollowUp(follow_up).condition
        return handled

    def _scored(self) -> Q:
        least, most = self.cleaned_data.get("score_from"), self.cleaned_data.get("score_to")
        if least is None and most is None:
            return Q()
        return _score_between(least or 0, 100 if most is None else most)

    def _banded(self, facets: dict[str, list[str]]) -> Q:
        """Temperatures as a range of the score, where they are neighbours; the facet then goes.

        Sorted by score the range is one stretch of the index. Looked for as a facet, the cold leads
        would be found behind all the hot and warm ones.
        """
        bands = [name for name in BANDS if name in facets.get("temperature", [])]
        order = list(BANDS)
        if not bands or order.index(bands[-1]) - order.index(bands[0]) != len(bands) - 1:
            return Q()
        del facets["temperature"]
        return _score_between(BANDS[bands[0]][0], BANDS[bands[-1]][1])

    # --- What the page says -----------------------------------------------------------------------
    def chip_groups(self, counts: Mapping[str, int]) -> list[ChoiceGroup]:
        """The statuses in which a lead waits for its first contact, all others, and temperatures.

        `counts` says how many leads of the agency each status has, whatever else is asked.
        """
        worked = [status for status in LeadStatus if status not in SCORED_STATUSES]
        return [
            self._group("status", "Waiting", SCORED_STATUSES, with_faults=False, counts=counts),
            self._group("status", "Worked", worked, counts=counts),
            self._group("temperature", "Temperature", [*BANDS]),
        ]

    @property
    def menus(self) -> list[Menu]:
        """The fields of which any values may be ticked, as the bar shows them while closed."""
        return [
            Menu(
                name,
                str(self[name].label),
                ", ".join(label for _, label in self._said(name)),
                is_at_fault=name in self.errors,
            )
            for name in ("status", "temperature")
        ]

    @property
    def beside_search(self) -> int:
        """How many choices narrow the list besides the search, which is always in sight."""
        return len(self.in_force) - bool(self.chosen("q"))

    @property
    def export_query(self) -> str:
        """What the export is asked with: all that narrows and sorts, no page of it."""
        return self._url_of({n: self.chosen(n) for n in self.fields if n != "size"})

    @property
    def is_by_status_alone(self) -> bool:
        """Whether the tally can tell how many leads there are."""
        return not any(
            self.chosen(name)
            for name in self.fields
            if name != "status" and name not in self.SHOWING
        )

    @property
    def title(self) -> str:
        """What the list holds: "Hot leads", "Hot and warm leads", "Leads"."""
        labels = [LeadStatus(status).label for status in self.chosen("status")]
        if not labels:
            return "Leads"
        words = " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
        return f"{words.capitalize()} leads"


def _score_between(least: int, most: int) -> Q:
    """In the words of the index by score, in which no score is -1."""
    score = Coalesce("score", -1)
    return Q(GreaterThanOrEqual(score, least), LessThanOrEqual(score, most))
