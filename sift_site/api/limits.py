"""The API's rate limits (CONTRACT.md, section 2, Rate limits), counted as all are (counters.py)."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest

from foundation.web.counters import Usage, count, in_words, network
from organisations.models import Plan
from sift_site.api.callers import Caller


def count_call(request: HttpRequest, caller: Caller) -> Usage:
    """Count a request with a good key against its organisation, whichever of its keys it is."""
    # A Starter organisation's are refused later for its plan; they count all the same.
    return count(request, "api.organisation", caller.organisation_id.hex, _rate_of(caller.plan))


def count_captures(request: HttpRequest, caller: Caller, number: int) -> Usage:
    """Count so many conversations against what the organisation may send, apart from its calls."""
    rate, id_ = settings.SIFT_RATE_CAPTURE, caller.organisation_id.hex
    return replace(count(request, "api.capture", id_, rate, number=number), policy="capture")


def count_failure(request: HttpRequest) -> Usage:
    """Count a request without a good key against its client's address."""
    client = network(request.META.get("REMOTE_ADDR", ""))
    return count(request, "api.anonymous", client, settings.SIFT_RATE_ANONYMOUS)


def allowance(plan: Plan) -> str:
    """How much the plan may call, in words: `120 calls a minute`."""
    return in_words(_rate_of(plan), "call")


def _rate_of(plan: Plan) -> str:
    rate: str = settings.SIFT_RATE_SCALE if plan is Plan.SCALE else settings.SIFT_RATE_GROWTH
    return rate
