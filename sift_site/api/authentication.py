"""Who asks: finding the key of a request, and noting its call (CONTRACT.md, section 2)."""

import re
from functools import cache

from apikeys import call_log, keys, networks
from apikeys.call_writing import NotedCall
from apikeys.models import Scope
from foundation.web.client_addresses import client_address
from organisations.models import Plan
from sift_site.api import reads
from sift_site.api.callers import Caller
from sift_site.api.http import ApiRequest

# RFC 6750 with the scheme in any case, as RFC 9110 has it.
_BEARER = re.compile(r"bearer +([^ ]+) *", re.IGNORECASE)


def caller_of(request: ApiRequest) -> Caller | None:
    """Whose key the Authorization header carries; None for any that is not good.

    A malformed or mistyped key is refused without asking the database. Deleting a key, its expiry,
    where it may be used from and closing the account are read with it each time: the very next
    request sees them.
    """
    bearer = _BEARER.fullmatch(request.header("HTTP_AUTHORIZATION"))
    if bearer is None or not keys.is_well_formed(bearer[1]):
        return None
    row = reads.key_by_digest(keys.digest_of(bearer[1]))
    if row is None:
        return None
    request.key_row = row  # for note_call, below
    if not networks.is_within(request.META.get("REMOTE_ADDR", ""), row.allowed_networks):
        return None
    return Caller(
        row.key_id,
        row.name,
        Scope(row.scope),
        row.organisation_id,
        Plan(row.plan),
        client_address(request),
    )


def note_call(request: ApiRequest, route: str, status: int, seconds: float, called: str) -> None:
    """Have the request written into its key's log, whatever its answer, under the name `called`.

    Without a key that stands there is no log for it. A key that was used from where it may not be
    is such a key: its log says so, while the caller is told no more than anybody.
    """
    if (row := request.key_row) is None:
        return
    call_log.note(
        NotedCall(
            row.organisation_id,
            row.key_id,
            row.asked_at,
            request.method,
            _path_of(route),
            status,
            int(seconds * 1_000_000),
            client_address(request),
            keys.masked(called),  # a caller's own words, so perhaps a key
        )
    )


@cache
def _path_of(route: str) -> str:
    """`/api/v1/leads/{lead_id}`: nothing of what the caller put into the path."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
