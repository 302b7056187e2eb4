"""A recent proof of identity, asked for before what would hurt most in a stolen session.

A browser left open, or a session's stolen cookie, does not by itself make keys, change roles or
close the account: a POST to such a view that comes too long after the person last proved who they
are is answered with a page that asks them to, and carries what they had typed on.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url

from foundation.web.client_addresses import client_address
from foundation.web.pages import TooManyRequests, page_before
from organisations.requests import SignedInRequest
from organisations.signing_in import passkeys, two_step
from organisations.signing_in.authentication import count_attempt, record_failure

P = ParamSpec("P")

RECENT = timedelta(minutes=10)
PROOF = "proof_of_identity"  # the field of the password or the code
PASSKEY_PROOF = "proof_by_passkey"  # and that of what a browser answers for a passkey


def is_recent(request: HttpRequest) -> bool:
    """Whether the person proved who they are within the last ten minutes.

    A session's key is new at every proof (sessions.SessionStore), so its age is the proof's.
    """
    proved_at: int = request.session.get("proved_at", 0)
    return time.time() - proved_at < RECENT.total_seconds()


def recent_sign_in_required(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
    """A POST to the view needs a recent proof of identity; what only reads does not.

    Without one the answer is a form (422) that asks for the proof and holds, hidden, all that was
    posted, and posts it to the same address again: nothing that was typed is lost, nothing of it
    is kept on the server, and there is no other address to be led to. The view sees the request
    only after the proof, and without it. (Files that were sent along would have to be chosen
    again: no view that needs this takes any.)

    It stands under whatever decides who may use the view at all.
    """

    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        posted = request.POST.copy()
        is_said = PROOF in posted or PASSKEY_PROOF in posted
        proof, passkey = (str(posted.pop(name, [""])[-1]) for name in (PROOF, PASSKEY_PROOF))
        if not is_recent(request):
            try:
                fault = _fault(request, proof, passkey) if is_said else None
            except TooManyRequests as refusal:
                return _ask(request, posted, refusal.words, too_many=refusal)
            if not is_said or fault:
                return _ask(request, posted, fault)
            request.session.cycle_key()
        request.POST = posted  # type: ignore[assignment]  # settable: Django does so itself
        return view(request, *args, **kwargs)

    return update_wrapper(checked, view)


def _fault(request: SignedInRequest, proof: str, passkey: str) -> str | None:
    """What is wrong with the proof; None if it is good. TooManyRequests like at sign-in."""
    person = request.user
    address = client_address(request)
    count_attempt(request, person)
    if passkey:
        good = passkeys.use(request, person, passkey)
        fault = "This passkey did not work. Try once more, or enter a code."
    elif two_step.is_on(person):
        good = two_step.use(person, proof, address=address) is not None
        fault = "This code is not right."
    else:
        good = person.check_password(proof)
        fault = "This is not your password."
    if good:
        return None
    record_failure(person.pk, address)
    return fault


def _ask(
    request: SignedInRequest,
    posted: QueryDict,
    fault: str | None,
    *,
    too_many: TooManyRequests | None = None,
) -> HttpResponse:
    """The page that asks for the proof; HTMX puts it in place of the page's main part."""
    context = {
        "carried": _carried(posted),
        "proof": PROOF,
        "passkey_proof": PASSKEY_PROOF,
        "passkey_options": passkeys.options_to_use(request, request.user),
        "fault": fault,
        "by_code": two_step.is_on(request.user),
        "has_app": two_step.authenticator_of(request.user) is not None,
        "back": page_before(request) or resolve_url("overview"),
    }
    status = 429 if too_many else 422
    answer = render(request, "organisations/signing_in/recent_sign_in.html", context, status=status)
    if too_many:
        answer.headers["Retry-After"] = str(too_many.seconds)
    answer.headers["HX-Retarget"] = "#main"
    answer.headers["HX-Reselect"] = "#main > *"
    answer.headers["HX-Reswap"] = "innerHTML show:window:top"
    answer.headers["HX-Push-Url"] = "false"
    return answer


def _carried(posted: QueryDict) -> list[tuple[str, str]]:
    """The fields of the form that was posted, but for its token: the page has one of its own."""
    return [
        (name, str(value))
        for name, values in posted.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
