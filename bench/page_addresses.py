"""The pages that are opened: for each a name, and its address in one organisation or another."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice

from django.http import QueryDict

from conversations.filters import LATEST, ConversationFilterForm
from conversations.models import Conversation
from foundation.lists.paging import Stretch, position
from leads.models import Lead
from leads.pages.filters import LeadFilterForm
from organisations.models import Organisation, User
from sift_site.demo.agencies import agencies

DEPTH = 0.8  # of a list, at which its deep page begins
MESSAGES = 12  # of the conversations that are opened, in both organisations
_OPENED = 20  # leads and conversations that are opened in turn

# TOWN is a town of the agency's, that is, a word which many of its leads have.
LEADS = (
    "", "sort=score", "size=100", "status=new", "status=hot&sort=score",
    "status=new&status=hot&status=warm",
    "q=usman+khan", "q=khan", "q=khan&sort=score", "q=TOWN", "q=house+TOWN&sort=score", "q=a",
    "q=nobodyatall", "q=07700+900123", "q=land+TOWN&status=hot",
    "timeline=asap", "property_type=land", "timeline=over_6_months&sort=score",
    "temperature=cold&status=hot", "assignee=none", "assignee=me",
    "period=7-days", "period=30-days&sort=score", "score_from=95", "score_from=40&score_to=45",
)  # fmt: skip
DEEP_LEADS = ("", "sort=score", "status=contacted", "timeline=asap")
CONVERSATIONS = (
    "", "status=open", "channel=email", "language=pl", "language=ar&channel=email",
    "period=7-days", "q=nobodyatall", "q=the", "q=house", "q=to+be+or+not+to+be",
    "q=chapel", "q=chapel+houseboat", "q=first+homes", "q=zofia", "q=house&language=pl",
    "q=07700900123",
)  # fmt: skip
DEEP_CONVERSATIONS = ("", "channel=email", "q=house")
OVERVIEW = ("7-days", "30-days", "90-days", "12-months")
SETTINGS = (
    "/settings/", "/settings/team/", "/settings/api-keys/", "/settings/scoring/",
    "/settings/audit/",
    "/settings/audit/?action=lead.exported", "/settings/profile/",
)  # fmt: skip

# The address of a page in each of its rounds: what is opened may be another lead each time.
Addresses = Iterator[str]
Page = tuple[str, Callable[[User], Addresses]]


def pages() -> Iterator[Page]:
    """Every page by its name, with what gives its addresses for a person."""
    for period in OVERVIEW:
        yield from _always(f"/?period={period}")
    for view in LEADS:
        yield from _always(f"/leads/?{view}" if view else "/leads/")
    for view in DEEP_LEADS:
        yield f"/leads/?{view}, at four fifths", lambda person, view=view: _deep_leads(view, person)
    yield "a lead", lambda person: (f"/leads/{talk.lead_id}/" for talk in _talks(person))
    yield "its history", lambda person: (f"/leads/{t.lead_id}/history/" for t in _talks(person))
    for view in CONVERSATIONS:
        yield from _always(f"/conversations/?{view}" if view else "/conversations/")
    for view in DEEP_CONVERSATIONS:
        yield (
            f"/conversations/?{view}, at four fifths",
            lambda person, view=view: _deep_conversations(view, person.organisation),
        )
    yield "a transcript", lambda person: (f"/conversations/{t.id}/" for t in _talks(person))
    yield (
        "a transcript, find",
        lambda person: (f"/conversations/{t.id}/?find=house" for t in _talks(person)),
    )
    for address in SETTINGS:
        yield from _always(address)


def _always(address: str) -> Iterator[Page]:
    yield address, lambda person: cycle([address.replace("TOWN", _town_of(person.organisation))])


def _town_of(organisation: Organisation) -> str:
    both = {agency.slug: agency.towns[0].name for agency in agencies(2)}
    return both[organisation.slug].lower().replace(" ", "+")


def _talks(person: User) -> Iterator[Conversation]:
    """Conversations of the same length, and so leads of a like one, the last ones in turn."""
    ours = Conversation.objects.for_organisation(person.organisation)
    alike = ours.filter(message_count=MESSAGES, lead__merged_into=None)
    return cycle(list(islice(alike.order_by("-created_at")[:_OPENED], _OPENED)))


def _deep_leads(view: str, person: User) -> Addresses:
    address = QueryDict(view, mutable=True)
    filters = LeadFilterForm(address, person)
    leads = Lead.objects.for_organisation(person.organisation).unmerged()
    chosen = filters.in_order(filters.narrow(leads))
    address["after"] = position(filters.listing().order, chosen[int(chosen.count() * DEPTH)])
    return cycle([f"/leads/?{address.urlencode()}"])


def _deep_conversations(view: str, organisation: Organisation) -> Addresses:
    address = QueryDict(view, mutable=True)
    chosen = ConversationFilterForm(address, organisation).listing.rows.collected
    row = Stretch(LATEST).of(chosen)[int(chosen.count() * DEPTH)]
    address["after"] = position(LATEST, row)
    return cycle([f"/conversations/?{address.urlencode()}"])
