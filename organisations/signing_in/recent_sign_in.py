"""A recent proof of identity, asked for before what would hurt most in a stolen session.

A browser left open, or a session's stolen cookie, does not by itself make keys, change roles, erase
a person or carry all leads away: a request for that which comes too long after the person last
proved who they are is answered with a page that asks them to, and that leads on to what they asked.
"""

import time
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import update_wrapper
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from foundation.web.client_addresses import client_address
from foundation.web.pages import TooManyRequests, page_before
from organisations.requests import SignedInRequest
from organisations.signing_in import passkeys, two_step
from organisations.signing_in.authentication import count_attempt, record_failure

P = ParamSpec("P")
Response = TypeVar("Response", bound=HttpResponseBase)

RECENT = timedelta(minutes=10)
PROOF = "proof_of_identity"  # the field of the password or the code
PASSKEY_PROOF = "proof_by_passkey"  # and that of what a browser answers for a passkey
_BACK = "back"  # the field, and the page that a download was asked for on


class _NotProved(Exception):
    """The person did not prove who they are, `fault` says why, if they tried; `wait` is how many
    seconds they must, if they tried too often."""

    def __init__(self, fault: str | None = None, wait: int | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.wait = wait


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
    return recent_sign_in_required_where(lambda _: True)(view)


def recent_sign_in_required_where(
    harms: Callable[[SignedInRequest], bool],
) -> Callable[
    [Callable[Concatenate[SignedInRequest, P], HttpResponse]],
    Callable[Concatenate[SignedInRequest, P], HttpResponse],
]:
    """The same, for those POSTs alone of which `harms` says so; it is asked of old proofs only."""

    def decorate(
        view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
    ) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
        def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            proof = _take_proof(request)
            if not is_recent(request) and harms(request):
                try:
                    _prove(request, proof)
                except _NotProved as why:
                    back = page_before(request)
                    return _ask(request, why, carried=_fields(request.POST), back=back)
            return view(request, *args, **kwargs)

        return update_wrapper(checked, view)

    return decorate


def recent_sign_in_before_download(
    view: Callable[Concatenate[SignedInRequest, P], Response],
) -> Callable[Concatenate[SignedInRequest, P], Response | HttpResponse]:
    """A view that gives a file by GET needs a recent proof of identity, and takes it by POST.

    Without one the answer is the form (403), which posts to the file's own address. It cannot be
    answered by the file: the page with the question would stay. So a proof is answered by a page
    which has the browser fetch the file, and leads back.

    It too stands under whatever decides who may use the view at all. What else the view refuses is
    refused before anything is asked: it is tried by HEAD, of which it makes and records nothing.
    """

    def checked(
        request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> Response | HttpResponse:
        if request.method != "POST" and is_recent(request):
            return view(request, *args, **kwargs)
        tried = copy(request)
        tried.method = "HEAD"
        answer = view(tried, *args, **kwargs)
        if answer.status_code >= 400:
            return answer
        if request.method == "POST":
            return _prove_for_download(request)
        return _ask_for_download(request, _NotProved(), page_before(request), status=403)

    return update_wrapper(checked, view)


def _prove_for_download(request: SignedInRequest) -> HttpResponse:
    proof, back = _take_proof(request), _within_site(request.POST.get(_BACK))
    if not is_recent(request):
        try:
            _prove(request, proof)
        except _NotProved as why:
            return _ask_for_download(request, why, back)
    context = {"file": request.get_full_path(), "back": back or resolve_url("overview")}
    answer = render(request, "organisations/signing_in/download_begins.html", context)
    answer.headers["Refresh"] = f"0; url={context['file']}"
    return answer


def _within_site(address: str | None) -> str | None:
    """The address if it is a path, so of this site; else None."""
    if address and address.startswith("/") and url_has_allowed_host_and_scheme(address, None):
        return address
    return None


class _Proof(NamedTuple):
    """What was posted to prove it: a password or a code, or a browser's answer for a passkey."""

    typed: str
    passkey: str


def _take_proof(request: SignedInRequest) -> _Proof | None:
    """The proof that was posted, if any; whoever reads the form after this does not see it."""
    posted = request.POST.copy()
    is_said = PROOF in posted or PASSKEY_PROOF in posted
    proof = _Proof(*(str(posted.pop(name, [""])[-1]) for name in (PROOF, PASSKEY_PROOF)))
    request.POST = posted  # type: ignore[assignment]  # settable: Django does so itself
    return proof if is_said else None


def _prove(request: SignedInRequest, proof: _Proof | None) -> None:
    """Have the proof be recent, if it is good; else _NotProved. Tries are counted as at sign-in."""
    if proof is None:
        raise _NotProved
    try:
        fault = _fault(request, proof)
    except TooManyRequests as refusal:
        raise _NotProved(refusal.words, wait=refusal.seconds) from None
    if fault is not None:
        raise _NotProved(fault)
    request.session.cycle_key()


def _fault(request: SignedInRequest, proof: _Proof) -> str | None:
    """What is wrong with the proof; None if it is good. TooManyRequests like at sign-in."""
    person = request.user
    address = client_address(request)
    count_attempt(request, person)
    if proof.passkey:
        good = passkeys.use(request, person, proof.passkey)
        fault = "This passkey did not work. Try once more, or enter a code."
    elif two_step.is_on(person):
        good = two_step.use(person, proof.typed, address=address) is not None
        fault = "This code is not right."
    else:
        good = person.check_password(proof.typed)
        fault = "This is not your password."
    if good:
        return None
    record_failure(person.pk, address)
    return fault


def _ask_for_download(
    request: SignedInRequest, why: _NotProved, back: str | None, *, status: int = 422
) -> HttpResponse:
    carried = [(_BACK, back)] if back else []
    return _ask(request, why, carried=carried, back=back, status=status, download=True)


def _ask(
    request: SignedInRequest,
    why: _NotProved,
    *,
    carried: list[tuple[str, str]],
    back: str | None,
    status: int = 422,
    download: bool = False,
) -> HttpResponse:
    """The page that asks for the proof; HTMX puts it in place of the page's main part."""
    context = {
        "carried": carried,
        "download": download,
        "proof": PROOF,
        "passkey_proof": PASSKEY_PROOF,
        "passkey_options": passkeys.options_to_use(request, request.user),
        "fault": why.fault,
        "by_code": two_step.is_on(request.user),
        "has_app": two_step.authenticator_of(request.user) is not None,
        "back": back or resolve_url("overview"),
    }
    status = status if why.wait is None else 429
    answer = render(request, "organisations/signing_in/recent_sign_in.html", context, status=status)
    if why.wait is not None:
        answer.headers["Retry-After"] = str(why.wait)
    answer.headers["HX-Retarget"] = "#main"
    answer.headers["HX-Reselect"] = "#main > *"
    answer.headers["HX-Reswap"] = "innerHTML show:window:top"
    answer.headers["HX-Push-Url"] = "false"
    return answer


def _fields(posted: QueryDict) -> list[tuple[str, str]]:
    """The fields of the form that was posted, but for its token: the page has one of its own."""
    return [
        (name, str(value))
        for name, values in posted.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
