"""Query parameters, one by one, with every fault named (CONTRACT.md, section 2, Lists)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import TextChoices
from django.http import HttpRequest

from conversations.choices import ConversationStatus
from foundation.emails import email_key
from foundation.ids import parse_uuid
from foundation.validation import Fault
from leads.models.choices import Channel, LeadStatus
from leads.phones import phone_key
from organisations.models import ChangeType
from sift_site.api import cursors, problems, schemas, times
from sift_site.api.cursors import Listing, NotOfThisList
from sift_site.api.http import ApiRequest
from sift_site.api.windows import Window

# A key scopes everything to its organisation. Callers may name one; it decides nothing.
IGNORED = frozenset({"organisation_id", "organization_id"})
_MOST_FIELDS = 1000
_LARGEST_OFFSET = 2**63 - 1
LATEST = "latest"
_LONGEST_CONTACT = 500  # characters of an address or a number, with whatever stands around it


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of one value: how it is read (ValueError where it is none), what it accepts.

    `schema` (JSON Schema of a value), `description` and `example` are what the reference says.
    """

    name: str
    read: Callable[[str], Any]
    accepts: str
    schema: Mapping[str, Any]
    description: str
    example: Any
    default: Any = None
    several: bool = False  # repeatable and comma-separated; read() is given each value


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list was asked for, understood."""

    window: Window
    filters: Mapping[str, Any]
    with_messages: bool  # of each conversation
    listing: Listing
    given: Mapping[str, list[str]]  # as it came


def read_list_query(
    request: ApiRequest, parameters: tuple[Parameter, ...], *, name: str
) -> ListQuery:
    """The query of a list; raises the Problem 422 with every fault.

    `name` is the list's own: a cursor belongs to it, to the key's organisation and to the filters.
    """
    given = query_of(request)
    values, faults = _read_values(given, parameters)
    filters = {key: value for key, value in values.items() if key not in _PAGING}
    listing = Listing(name, str(request.caller.organisation_id), filters)
    after = None
    if "cursor" in values and "offset" in values:
        faults.append(Fault("cursor", "is not accepted together with offset"))
    elif "cursor" in values and not faults:  # filters at fault could match no cursor
        try:
            after = listing.place_of(values["cursor"])
        except NotOfThisList:
            faults.append(Fault("cursor", f"must be {cursors.ACCEPTED}"))
    if faults:
        raise problems.invalid(faults)
    window = Window(
        limit=values["limit"] if "limit" in values else _default(parameters, "limit"),
        offset=values.get("offset", 0),
        after=after,
        with_total="count" in values,
    )
    return ListQuery(window, filters, "include" in values, listing, given)


def _default(parameters: tuple[Parameter, ...], name: str) -> Any:
    return next(parameter.default for parameter in parameters if parameter.name == name)


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What the feed was asked for, understood."""

    after: int | None  # None: the latest
    types: tuple[str, ...]  # none: all
    with_leads: bool
    limit: int


def read_feed_query(request: ApiRequest) -> FeedQuery:
    """The query of the feed; raises the Problem 422 with every fault."""
    values, faults = _read_values(query_of(request), EVENTS)
    if faults:
        raise problems.invalid(faults)
    after = values.get("after", 0)
    return FeedQuery(
        after=None if after == LATEST else after,
        types=tuple(values.get("types", ())),
        with_leads="include" not in values,
        limit=values.get("limit", _default(EVENTS, "limit")),
    )


def faults_of_any(request: HttpRequest) -> list[Fault]:
    """The faults of a query where no parameter is taken."""
    return _read_values(query_of(request), ())[1]


def query_of(request: HttpRequest) -> dict[str, list[str]]:
    """The query's values by name; raises the Problem 422 where there are absurdly many."""
    raw: str = request.META.get("QUERY_STRING", "")
    if not raw:
        return {}
    query: dict[str, list[str]] = {}
    try:
        # A WSGI server gives the bytes of the address as latin-1.
        text = raw.encode("latin-1").decode("utf-8", "replace")
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS):
            query.setdefault(name, []).append(value)
    except ValueError:
        raise problems.invalid([Fault("query", "must have fewer parameters")]) from None
    return query


def _read_values(
    query: Mapping[str, list[str]], parameters: tuple[Parameter, ...]
) -> tuple[dict[str, Any], list[Fault]]:
    """Each parameter's value by its name, and every fault."""
    if not query:
        return {}, []
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, given in query.items():
        if name in IGNORED:
            continue
        if (parameter := known.get(name)) is None:
            faults.append(Fault(name, f"is not a parameter here; accepted: {_listed(known)}"))
        elif len(given) > 1 and not parameter.several:
            message = f"is given {len(given)} times; it is accepted once, as {parameter.accepts}"
            faults.append(Fault(name, message))
        else:
            try:
                values[name] = _value(parameter, given)
            except ValueError:
                faults.append(Fault(name, f"must be {parameter.accepts}"))
    return values, faults


def _listed(known: Mapping[str, Parameter]) -> str:
    return ", ".join(known) if known else "none"


def _value(parameter: Parameter, given: list[str]) -> Any:
    if not parameter.several:
        return parameter.read(given[0])
    # Sorted, each once: the same set is the same filter, however it was spelled.
    return sorted({parameter.read(part) for text in given for part in text.split(",")})


# --- How each value is read ----------------------------------------------------------------------
def _whole_number(text: str, *, least: int, most: int) -> int:
    # Python's int() also takes other scripts' digits, signs, spaces and underscores.
    if not (text.isascii() and text.isdigit() and len(text) <= 40 and least <= int(text) <= most):
        raise ValueError
    return int(text)


def _one_of(text: str, *, choices: Collection[str]) -> str:
    if text not in choices:
        raise ValueError
    return text


def _uuid(text: str) -> UUID:
    if (parsed := parse_uuid(text)) is None:
        raise ValueError
    return parsed


def _email_key(text: str) -> str:
    """The key of an address; a `+` in it may have arrived as a space, which no address holds."""
    if len(text) > _LONGEST_CONTACT:
        raise ValueError
    return _known(email_key(text) or email_key(text.strip().replace(" ", "+")))


def _phone_key(text: str) -> str:
    """The key of a number; a space before it is the `+` of its country code, where that fits."""
    if len(text) > _LONGEST_CONTACT:
        raise ValueError
    abroad = phone_key(f"+{text.lstrip()}") if text.startswith(" ") else None
    return _known(abroad or phone_key(text))


def _known(key: str | None) -> str:
    if key is None:
        raise ValueError
    return key


def _limit(most: int, default: int, *, where: str = "", also: str = "") -> Parameter:
    """The parameter; `where` it takes no more than these, and what is `also` said of it."""
    return Parameter(
        "limit",
        partial(_whole_number, least=1, most=most),
        f"a whole number from 1 to {most}{where}",
        {"type": "integer", "minimum": 1, "maximum": most},
        f"The most rows to answer with.{also}",
        example=50,
        default=default,
    )


def _choice(
    name: str,
    choices: type[TextChoices],
    description: str,
    *,
    example: Any,
    several: bool = False,
) -> Parameter:
    values = choices.values
    return Parameter(
        name,
        partial(_one_of, choices=values),
        f"{'one or more' if several else 'one'} of {', '.join(values)}",
        {"type": "string", "enum": values},
        description,
        example=example,
        several=several,
    )


def _time(name: str, description: str) -> Parameter:
    return Parameter(
        name,
        times.parse,
        times.ACCEPTED,
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ]
        },
        f"{description} A time or date; UTC where it names no zone, a date is its first moment.",
        example="2026-06-01T00:00:00Z",
    )


_OFFSET = Parameter(
    "offset",
    partial(_whole_number, least=0, most=_LARGEST_OFFSET),
    "a whole number from 0 up",
    {"type": "integer", "minimum": 0, "maximum": _LARGEST_OFFSET},
    "How many rows to skip; none, where it is not given. Rows that arrive meanwhile shift the "
    "pages, and deep pages cost more: follow `next_cursor` instead.",
    # No default: generated clients send defaults, and beside a cursor any offset is refused.
    example=0,
)
_CURSOR = Parameter(
    "cursor",
    cursors.well_formed,
    cursors.ACCEPTED,
    {"type": "string", "minLength": 1},
    "The `next_cursor` of the page before, to go on exactly after it. It belongs to this list with "
    "these same filters, and is not accepted together with `offset`.",
    example=schemas.CURSOR_EXAMPLE,
)
_COUNT = Parameter(
    "count",
    partial(_one_of, choices=("exact",)),
    "exact",
    {"type": "string", "enum": ["exact"]},
    "Adds `total`, the number of all rows that match. Counting costs: ask for it once, not with "
    "each page.",
    example="exact",
)
_SINCE = _time("since", "Only what was created at or after it.")
_UPDATED_SINCE = _time("updated_since", "Only what was changed at or after it.")
_EMAIL = Parameter(
    "email",
    _email_key,
    "an e-mail address, in any spelling",
    {"type": "string", "format": "email"},
    "Only leads of this address, whatever its case, and with or without what stands around it.",
    example="amara.osei@example.com",
)
_PHONE = Parameter(
    "phone",
    _phone_key,
    "a full telephone number, in any spelling",
    {"type": "string"},
    "Only leads of this number, written in any way: UK or with a country code. An extension tells "
    "people apart.",
    example="+447700900123",
)
_LEAD_ID = Parameter(
    "lead_id",
    _uuid,
    "the id of a lead, a UUID",
    {"type": "string", "format": "uuid"},
    "Only the conversations of this lead.",
    example="01977a3e-9f52-7c60-b1d4-3f0a8e26c791",
)
_INCLUDE = Parameter(
    "include",
    partial(_one_of, choices=("messages",)),
    "messages",
    {"type": "string", "enum": ["messages"]},
    f"Adds to each conversation its first {schemas.MOST_MESSAGES} `messages` in the order of time, "
    "and `more_messages`.",
    example="messages",
)
_AFTER = Parameter(
    "after",
    lambda text: text if text == LATEST else _whole_number(text, least=0, most=_LARGEST_OFFSET),
    "a position, 0, or latest",
    {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": _LARGEST_OFFSET},
            {"type": "string", "enum": [LATEST]},
        ]
    },
    "Only changes after this position: the `position` of the answer before. 0 is all that is kept; "
    f"`{LATEST}` brings no data and tells where to begin.",
    example=48211,
    default=0,
)
_TYPES = _choice(
    "types", ChangeType, "Only events of this type; of several, where it is repeated or "
    "comma-separated.", example=["lead.created", "lead.erased"], several=True,
)  # fmt: skip
_WITHOUT_LEADS = Parameter(
    "include",
    partial(_one_of, choices=("none",)),
    "none",
    {"type": "string", "enum": ["none"]},
    "Leaves `lead` out of the events.",
    example="none",
)
_FAILED = Parameter(
    "failed",
    partial(_one_of, choices=("true",)),
    "true",
    {"type": "string", "enum": ["true"]},
    "Only tries that failed.",
    example="true",
)
# What is no filter: a cursor goes on with another limit, and with messages or without.
_PAGING = frozenset({"limit", "offset", "cursor", "count", "include"})

LEADS = (
    _choice(
        "status", LeadStatus, "Only leads of this status; of several, where it is repeated "
        "or comma-separated.", example=["hot", "warm"], several=True,
    ),
    _EMAIL, _PHONE, _SINCE, _UPDATED_SINCE, _limit(500, default=50), _CURSOR, _OFFSET, _COUNT,
)  # fmt: skip
CONVERSATIONS = (
    _choice("channel", Channel, "Only conversations over this channel.", example="sms"),
    _choice("status", ConversationStatus, "Only open or closed ones.", example="open"),
    _LEAD_ID, _SINCE, _UPDATED_SINCE, _INCLUDE,
    _limit(500, default=50, also=" With `include=messages` at most 100."), _CURSOR, _OFFSET, _COUNT,
)  # fmt: skip
_CONVERSATIONS_WITH_MESSAGES = tuple(
    _limit(100, default=50, where=" with include=messages") if one.name == "limit" else one
    for one in CONVERSATIONS
)
DELIVERIES = (_FAILED, _limit(500, default=50), _CURSOR, _OFFSET)
EVENTS = (_AFTER, _TYPES, _WITHOUT_LEADS, _limit(500, default=100))
MESSAGES = (_SINCE, _limit(1000, default=1000), _CURSOR, _OFFSET, _COUNT)


def conversation_parameters(request: ApiRequest) -> tuple[Parameter, ...]:
    """What the list of conversations takes: with their messages, fewer of them make a page."""
    with_messages = "messages" in query_of(request).get("include", ())
    return _CONVERSATIONS_WITH_MESSAGES if with_messages else CONVERSATIONS
