"""What every intake address does before it looks at what came: whose is it, is it too large, did
too many come (CONTRACT.md, section 4).

No session and no form token is asked for: whoever posts here is a stranger, or a machine of one,
and holds nothing that another site could misuse. What there is of proof is the address's token, a
sender's signature or a form's stamp; so these views, and no others, are free of CSRF checks.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import TypeAlias

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from conversations.intake_addresses import IntakeAddress, IntakeFault, IntakeKind
from foundation.web.counters import Usage, count
from foundation.web.pages import TooManyRequests

View: TypeAlias = Callable[[HttpRequest, IntakeAddress], HttpResponse]


def taking(kind: IntakeKind, *, largest: int) -> Callable[[View], Callable[..., HttpResponse]]:
    """A view of the address that a token names: 403 where none does, 413 for a body of more bytes
    than `largest`, 429 beyond what an agency may capture."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required  # strangers come here: that is what it is for
        def checked(request: HttpRequest, token: str) -> HttpResponse:
            address = IntakeAddress.objects.of_token(token, kind)
            if address is None:
                raise PermissionDenied("This address takes nothing, or nothing any more.")
            if request.method == "POST":
                if _length(request) > largest:
                    address.note_fault(IntakeFault.TOO_LARGE)
                    return HttpResponse("It is too large.", status=413, content_type="text/plain")
                _count(request, address)
            return view(request, address)

        return update_wrapper(checked, view)

    return decorate


def body_of(request: HttpRequest) -> bytes:
    """The whole body, also one that is larger than a form of ours ever is; raises
    UnreadablePostError where it broke off."""
    try:
        return request.body
    except RequestDataTooBig:
        body = request.read(_length(request))  # nothing of it was read yet
    if len(body) < _length(request):
        raise UnreadablePostError("the body broke off")
    return body


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0


def _count(request: HttpRequest, address: IntakeAddress) -> None:
    """Count it against the address, and against what the agency may capture in all."""
    rate, agency = settings.SIFT_RATE_CAPTURE, address.organisation_id.hex
    _within(address, count(request, "intake.address", address.pk.hex, rate))
    _within(address, count(request, "api.capture", agency, rate))


def _within(address: IntakeAddress, usage: Usage) -> None:
    if usage.is_over:
        address.note_fault(IntakeFault.TOO_MANY)
        raise TooManyRequests(usage.seconds_left)
