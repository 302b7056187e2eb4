"""The filters above the list of conversations, and the conversations that they leave."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from itertools import product
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from conversations import search
from conversations.choices import ConversationStatus
from conversations.languages import name_of
from conversations.models import (
    Conversation,
    ConversationLanguage,
    ConversationQuerySet,
)
from foundation.database.lexemes import Matches, MatchesWhenRead
from foundation.days import Period
from foundation.lists.filters import (
    ChoiceGroup,
    FilterForm,
    any_of,
    checked_search,
    day_field,
    one_of,
    search_field,
)
from foundation.lists.listing import SAMPLE, Listing, Narrowed, Range
from foundation.lists.paging import PAGE_ROWS, Column, Order, Page
from foundation.words import asked
from leads.models.choices import Channel
from organisations.models import Organisation

LATEST: Order = (Column("last_message_at"), Column("id"))
# Conversations that are walked and tested, at 2 to 4 µs each, and how many matches among them are
# many: their words are more than a lead's, and the index is dearer to ask.
WINDOW = 2000
MANY_IN_WINDOW = 12
# What so many conversations of a sample match, the index is not asked for: it would make a list of
# all that match it, only to find those few that match the rest too.
COMMON_IN_SAMPLE = SAMPLE // 20


class ConversationFilterForm(FilterForm):
    """What the address asks of the organisation's list; it costs a statement, for the languages."""

    # The conversation that is open beside the list, if any.
    SHOWING: Mapping[str, str] = {"open": ""}
    BOXES = ("channel", "status")
    # Those that stand open above the list; the rest opens with "More filters".
    FIRST = ("language", "period")
    MORE = ("since", "until")

    q = search_field(
        "Search in messages", form="conversation-filters", placeholder="What was said…"
    )
    channel = any_of("Channel", Channel.choices, "channel", "channels")
    status = any_of("State", ConversationStatus.choices, "state", "states")
    language = one_of("Language", [])
    period = one_of("Last message", Period.choices)
    since = day_field("Last message from")
    until = day_field("Last message until")
    open = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, organisation: Organisation) -> None:
        self.organisation = organisation
        super().__init__(query)

    def _known_choices(self) -> Mapping[str, list[tuple[str, Any]]]:
        codes = ConversationLanguage.objects.for_organisation(self.organisation)
        named = [(code, name_of(code)) for code in codes.codes()]
        return {"language": [("", "Any"), *sorted(named, key=lambda choice: choice[1])]}

    def clean_q(self) -> str:
        """The search as typed; one of which nothing can be looked up is a fault."""
        text: str = self.cleaned_data["q"]
        words = asked(text)
        return checked_search(text, words=len(words), has_any=bool(words))

    # --- What the filters leave -------------------------------------------------------------------
    @property
    def words(self) -> list[str]:
        """The words that are searched for, folded."""
        return asked(self.cleaned_data.get("q", ""))

    @cached_property
    def listing(self) -> Listing[Conversation]:
        """The organisation's conversations that pass every filter, the last spoken in first.

        Channels and states are ranges of an index that holds each in that order; words and
        languages are looked up together in the search index.
        """
        ours = Conversation.objects.for_organisation(self.organisation)
        every = ours.with_leads(self.organisation)
        spoken = self._days("last_message_at")
        parts = search.parts(
            self.organisation.id, self.cleaned_data.get("q", ""), self.chosen("language")
        )
        found_when_read = Q(MatchesWhenRead(" & ".join(parts))) if parts else Q()
        narrowed = every.filter(self._of_states(), spoken)
        return Listing(
            LATEST,
            Narrowed(
                ranges=[
                    Range(every.filter(range_), every.filter(range_, found_when_read))
                    for range_ in (spoken & state for state in self._states())
                ],
                collected=narrowed.filter(_found(parts)),
                every=every,
                is_ranges_alone=not parts,
                collect_by=partial(_collect_by, narrowed, parts) if len(parts) > 1 else None,
            ),
            window=WINDOW,
            many=MANY_IN_WINDOW,
        )

    def page(self) -> Page[Conversation]:
        """The page of the listing that the address asks for."""
        return self.listing.page(self.asked, size=PAGE_ROWS)

    def _states(self) -> list[Q]:
        """What is one stretch of an index each; together all the chosen channels and states."""
        channels, statuses = self.chosen("channel"), self.chosen("status")
        if not channels and not statuses:
            return [Q()]
        return [
            Q(channel=channel, status=status)
            for channel, status in product(
                channels or Channel.values, statuses or ConversationStatus.values
            )
        ]

    def _of_states(self) -> Q:
        channels, statuses = self.chosen("channel"), self.chosen("status")
        if not channels and not statuses:
            return Q()
        return Q(
            channel__in=channels or Channel.values, status__in=statuses or ConversationStatus.values
        )

    # --- What the page says -----------------------------------------------------------------------
    @property
    def box_groups(self) -> list[ChoiceGroup]:
        return [
            self._group(name, str(self[name].label), [value for value, _ in self._labels(name)])
            for name in self.BOXES
        ]

    @property
    def carried(self) -> str:
        """The list as it stands, paging included, without the open conversation: for its links."""
        address = self.tidy
        for name in ("open", "hit"):
            address.pop(name, None)
        return address.urlencode()


def _found(parts: Sequence[str]) -> Q:
    return Q(Matches(" & ".join(parts))) if parts else Q()


def _collect_by(
    narrowed: ConversationQuerySet, parts: Sequence[str], sample: QuerySet[Conversation]
) -> QuerySet[Conversation]:
    """Those that match all parts: the index is asked for what is uncommon in the sample, and what
    is common is tested on the conversations that this leaves."""
    counts = sample.aggregate(
        **{str(n): Count("pk", filter=MatchesWhenRead(part)) for n, part in enumerate(parts)}
    )
    common = {n for n in range(len(parts)) if counts[str(n)] >= COMMON_IN_SAMPLE}
    if not common or len(common) == len(parts):
        return narrowed.filter(_found(parts))
    tested = " & ".join(parts[n] for n in sorted(common))
    asked = [part for n, part in enumerate(parts) if n not in common]
    return narrowed.filter(_found(asked), MatchesWhenRead(tested))
