"""The hosted form, the page of thanks, and the script that puts the form into an agency's own page.

It works in an `<iframe>` of another site, where no cookie of ours comes along. So nothing of it
needs one, the CSRF token least: a stranger's browser that is made to post an enquiry does what
anybody may do. What keeps robots away is a stamp that is good once, three seconds, and a field that
people do not see.
"""

import secrets
from pathlib import Path
from typing import Any, cast

import msgspec
from csp.constants import NONE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conversations.capture import capture
from conversations.intake.door import taking
from conversations.intake.enquiry import EnquiryForm, came_from
from conversations.intake.stamps import Stamp, read_stamp, stamp_after
from conversations.intake_addresses import (
    MOST_HELD_BACK,
    HeldBackPost,
    HeldBecause,
    IntakeAddress,
    IntakeFault,
    IntakeKind,
)
from conversations.outcome import Outcome
from conversations.posted_format import PostedConversation
from foundation.web.counters import count, network
from foundation.web.pages import TooManyRequests

LARGEST_FORM = 128 * 1024  # bytes
_OLD = "This page was open for more than a day. Press Send once more."
_SENT = "This was sent already. To send it again as it is now, press Send once more."
_EMBED = (Path(__file__).parent / "embed.js").read_text()


@never_cache
@taking(IntakeKind.FORM, largest=LARGEST_FORM)
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_form(request: HttpRequest, address: IntakeAddress) -> HttpResponse:
    """The form, and the page of thanks for what was sent; a robot gets that too."""
    if request.method != "POST":
        origin = came_from(request.GET, request.headers.get("Referer", ""))
        return _form_page(request, address, EnquiryForm(initial=origin))
    _count_sender(request, address)
    form = EnquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, address, form, status=422)
    return _take(request, address, form)


@taking(IntakeKind.FORM, largest=LARGEST_FORM)
@require_safe
def embed_script(request: HttpRequest, address: IntakeAddress) -> HttpResponse:
    """The script for an agency's page: any site may load it, and the form shows itself in none but
    those that are listed."""
    return HttpResponse(
        _EMBED,
        content_type="text/javascript; charset=utf-8",
        headers={
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "public, max-age=3600",
        },
    )


# --- What was sent -------------------------------------------------------------------------------
def _take(request: HttpRequest, address: IntakeAddress, form: EnquiryForm) -> HttpResponse:
    stamp = read_stamp(form.cleaned_data["stamp"], address)
    name = f"form:{secrets.token_urlsafe(16) if stamp is None else stamp.id}"
    conversation = form.conversation(stamp, name)
    if (because := _suspicion(form, stamp)) is not None:
        _hold_back(address, conversation, name, because)
        return _thanks(request, address)
    if stamp is not None and stamp.is_too_old:
        form.add_error(None, _OLD)
        return _form_page(request, address, form, status=422)
    [captured] = capture(address.organisation, [conversation])
    if captured.outcome is Outcome.DIFFERS:
        form.add_error(None, _SENT)
        return _form_page(request, address, form, status=422)
    address.note_arrival()
    return _thanks(request, address)


def _suspicion(form: EnquiryForm, stamp: Stamp | None) -> HeldBecause | None:
    if form.cleaned_data["website"]:
        return HeldBecause.HONEYPOT
    if stamp is None:
        return HeldBecause.NO_STAMP
    return HeldBecause.TOO_QUICK if stamp.is_too_young else None


def _hold_back(
    address: IntakeAddress, conversation: PostedConversation, name: str, because: HeldBecause
) -> None:
    """Keep it for an admin, unless there is so much that nobody looks through it."""
    HeldBackPost.objects.for_organisation(address.organisation).delete_old()
    if HeldBackPost.objects.of(address).count() >= MOST_HELD_BACK:
        return
    post = HeldBackPost(
        organisation_id=address.organisation_id,
        address=address,
        external_id=name,
        because=because,
        conversation=msgspec.to_builtins(conversation),
    )
    HeldBackPost.objects.bulk_create([post], ignore_conflicts=True)  # pressed twice, it is one


def _count_sender(request: HttpRequest, address: IntakeAddress) -> None:
    """429 for who sends more than anybody has to say."""
    client = network(request.META.get("REMOTE_ADDR", ""))
    usage = count(request, "intake.sender", client, settings.SIFT_RATE_ANONYMOUS)
    if usage.is_over:
        address.note_fault(IntakeFault.TOO_MANY)
        raise TooManyRequests(usage.seconds_left)


# --- What is shown -------------------------------------------------------------------------------
def _form_page(
    request: HttpRequest, address: IntakeAddress, form: EnquiryForm, *, status: int = 200
) -> HttpResponse:
    """The form with a new stamp, whatever became of the one that it was sent with."""
    stamp = stamp_after(form.data.get("stamp", ""), address)
    context = {"address": address, "form": form, "stamp": stamp}
    return _framed(request, address, "intake/form.html", context, status)


def _thanks(request: HttpRequest, address: IntakeAddress) -> HttpResponse:
    return _framed(request, address, "intake/thanks.html", {"address": address}, 200)


def _framed(
    request: HttpRequest, address: IntakeAddress, page: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """A page that the listed sites may show in a frame, and no other.

    X-Frame-Options stays DENY: where a policy names frame-ancestors, browsers pass over it, and
    those that know no such policy know no list of sites either.
    """

    @csp_replace({"frame-ancestors": address.frame_sites or [NONE]})
    def framed(request: HttpRequest) -> HttpResponse:
        return render(request, page, context, status=status)

    return cast("HttpResponse", framed(request))
