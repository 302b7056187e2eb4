"""What conversations cost the database, view by view, and the longest transcript."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import QueryDict

from bench.explain.cost import cost_of
from bench.explain.report import Report
from conversations.facts_taken import facts_taken
from conversations.filters import LATEST, ConversationFilterForm
from conversations.finding import find
from conversations.handing_over import MOST_PRINTED
from conversations.hits import hits_of
from conversations.models import Conversation
from conversations.reading import messages_of
from conversations.transcript import piece_about, piece_beyond, piece_of, place_of
from foundation.lists.paging import PAGE_ROWS, Stretch, position
from organisations.models import Organisation

PAGES_ON = 100
VIEWS = (
    "", "status=open", "status=closed", "channel=email", "channel=website&status=open",
    "channel=sms&channel=email&status=closed", "language=pl", "language=ar&channel=email",
    "language=en", "period=today", "period=7-days", "period=30-days&channel=sms",
    "since=2026-01-01&until=2026-03-31",
    "q=nobodyatall", "q=a", "q=the", "q=house", "q=the+house", "q=to+be+or+not+to+be",
    "q=chapel", "q=chapel+houseboat", "q=didsbury", "q=mansfield+garden", "q=07700900123",
    "q=example.org", "q=s+h+l", "q=studio&status=open", "q=decision+in+principle",
    "q=first+homes", "q=zofia", "q=khan&period=30-days", "q=house&language=pl",
    "q=house&since=2025-01-01&until=2025-02-01", "q=dom", "q=plot+of+land&channel=email",
)  # fmt: skip
DEEP_VIEWS = ("", "q=house", "q=chapel", "channel=email")

Act = Callable[[], Any]


def show(organisation: Organisation, report: Report) -> None:
    """Each view of the list, then what can be asked of the organisation's longest conversation."""
    report.table("view", "rows", "page, ms", "hits, ms", "matches", "count, ms")
    for name, address in views_of(organisation):
        filters = ConversationFilterForm(address, organisation)
        page, page_cost = cost_of(filters.page)
        _, hits_cost = cost_of(partial(hits_of, page.rows, organisation, filters.words))
        # What the page has found out on the way is not asked again.
        count, count_cost = cost_of(filters.listing.count)
        report.row(name, len(page.rows), page_cost, hits_cost, count, count_cost)
        report.keep(f"{name}: page", page_cost)
        report.keep(f"{name}: hits", hits_cost)
        report.keep(f"{name}: count", count_cost)
    report.table("transcript", "ms")
    ours = Conversation.objects.for_organisation(organisation).select_related("lead")
    longest = ours.order_by("-message_count", "id")[0]
    for name, act in acts_on(longest, organisation):
        _, cost = cost_of(act)
        report.row(f"{name} of {longest.message_count:,} messages", cost)
        report.keep(name, cost)


def views_of(organisation: Organisation) -> Iterator[tuple[str, QueryDict]]:
    """The views by name: those above, and some so many pages on."""
    for view in VIEWS:
        yield f"`?{view}`", QueryDict(view)
    for view in DEEP_VIEWS:
        address = deep(view, organisation)
        if address is not None:
            yield f"`?{view}`, {PAGES_ON} pages on", address


def acts_on(conversation: Conversation, organisation: Organisation) -> Iterator[tuple[str, Act]]:
    """What can be asked of a transcript."""
    messages = messages_of(conversation, organisation)
    in_order = messages.in_order_of_time()
    third = in_order[2]
    middle = in_order[conversation.message_count // 2]
    last = in_order.reverse()[0]
    earlier = QueryDict(f"after={place_of(middle)}")
    later = QueryDict(f"before={place_of(middle)}")
    nothing = QueryDict(f"before={place_of(last)}")
    yield "its end", partial(piece_of, messages, QueryDict())
    yield "about message 3", partial(piece_about, messages, third)
    yield "about the middle", partial(piece_about, messages, middle)
    yield "the piece before the middle", partial(piece_beyond, messages, earlier)
    yield "the piece after the middle", partial(piece_beyond, messages, later)
    yield "nothing new", partial(piece_beyond, messages, nothing)
    yield "find", partial(find, messages, "house", "1")
    yield "facts beside it", partial(facts_taken, conversation, organisation)
    last_ones = in_order[max(0, conversation.message_count - MOST_PRINTED) :]
    yield "the most that is printed", partial(list, last_ones)


def deep(view: str, organisation: Organisation) -> QueryDict | None:
    """The view's address so many pages on; None where it has not so many."""
    address = QueryDict(view, mutable=True)
    listing = ConversationFilterForm(address, organisation).listing
    ordered = Stretch(LATEST).of(listing.rows.collected)
    last = PAGES_ON * PAGE_ROWS
    conversation = ordered[last - 1 : last].first()
    if conversation is None:
        return None
    address["after"] = position(LATEST, conversation)
    return address
