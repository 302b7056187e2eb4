"""Query parameters, one by one, with every fault named (CONTRACT.md, section 2, Lists)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpRequest

from organisations.ids import parse_uuid
from organisations.validation import Fault
from sift_site.api import cursors, instants, problems, schemas
from sift_site.api.cursors import Listing, NotOfThisList
from sift_site.api.reads import Window

# A key scopes everything to its organisation. Callers may name one; it decides nothing.
IGNORED = frozenset({"organisation_id", "organization_id"})
_MOST_FIELDS = 1000
_LARGEST_OFFSET = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of one value: how it is read (ValueError where it is none), what it accepts."""

    name: str
    read: Callable[[str], Any]
    accepts: str
    several: bool = False  # repeatable and comma-separated; read() is given each value


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list was asked for, understood."""

    window: Window
    filters: Mapping[str, Any]
    listing: Listing
    given: Mapping[str, list[str]]  # as it came


def read_list_query(
    request: HttpRequest,
    parameters: tuple[Parameter, ...],
    *,
    name: str,
    organisation_id: UUID,
    default_limit: int,
) -> ListQuery:
    """The query of a list; raises the Problem 422 with every fault.

    `name` is the list's own: a cursor belongs to it, to the organisation and to the filters.
    """
    given = query_of(request)
    values, faults = _read_values(given, parameters)
    filters = {key: value for key, value in values.items() if key not in _PAGING}
    listing = Listing(name, str(organisation_id), filters)
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
        limit=values.get("limit", default_limit),
        offset=values.get("offset", 0),
        after=after,
        with_total="count" in values,
    )
    return ListQuery(window, filters, listing, given)


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


def _one_of(text: str, *, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError
    return text


def _uuid(text: str) -> UUID:
    if (parsed := parse_uuid(text)) is None:
        raise ValueError
    return parsed


def _limit(most: int) -> Parameter:
    read = partial(_whole_number, least=1, most=most)
    return Parameter("limit", read, f"a whole number from 1 to {most}")


def _choice(name: str, choices: Any, *, several: bool = False) -> Parameter:
    values = get_args(choices)
    accepts = f"{'one or more' if several else 'one'} of {', '.join(values)}"
    return Parameter(name, partial(_one_of, choices=values), accepts, several)


_OFFSET = Parameter(
    "offset", partial(_whole_number, least=0, most=_LARGEST_OFFSET), "a whole number from 0 up"
)
_CURSOR = Parameter("cursor", cursors.well_formed, cursors.ACCEPTED)
_COUNT = Parameter("count", partial(_one_of, choices=("exact",)), "exact")
_SINCE = Parameter("since", instants.parse, instants.ACCEPTED)
_UPDATED_SINCE = Parameter("updated_since", instants.parse, instants.ACCEPTED)
_PAGING = frozenset({"limit", "offset", "cursor", "count"})

LEADS = (
    _limit(500), _OFFSET, _CURSOR, _SINCE, _UPDATED_SINCE,
    _choice("status", schemas.LeadStatus, several=True), _COUNT,
)  # fmt: skip
CONVERSATIONS = (
    _limit(500), _OFFSET, _CURSOR, _SINCE, _UPDATED_SINCE, _choice("channel", schemas.Channel),
    _choice("status", schemas.ConversationStatus),
    Parameter("lead_id", _uuid, "the id of a lead, a UUID"), _COUNT,
)  # fmt: skip
MESSAGES = (_limit(1000), _OFFSET, _CURSOR, _SINCE, _COUNT)
