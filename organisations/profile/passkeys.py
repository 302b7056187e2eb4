"""Settings, Profile, Two-step sign-in: add a passkey, remove one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.web.pages import SeeOther
from foundation.web.user_agents import in_plain_words
from organisations.profile.forms import NewPasskeyForm
from organisations.profile.two_step import codes_page, show_codes_again
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import seed_of, sent_once
from organisations.signing_in import passkeys, two_step
from organisations.signing_in.recent_sign_in import is_recent, recent_sign_in_required
from organisations.signing_in.required_two_step import needed_to_set_up
from organisations.signing_in.webauthn import Refused


@needed_to_set_up
@require_POST
@recent_sign_in_required
def begin_passkey(request: SignedInRequest) -> HttpResponse:
    """Ask for the recent sign-in first: a device makes no passkey that is then not taken."""
    return SeeOther("organisations:add_passkey")


@needed_to_set_up
@require_http_methods(["GET", "HEAD", "POST"])
@recent_sign_in_required
@sent_once(again=show_codes_again)
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """Have the browser make a passkey, and keep it."""
    if not is_recent(request):
        return redirect("organisations:two_step")
    if request.method != "POST":
        browser = in_plain_words(request.headers.get("User-Agent", ""))
        return _page(request, NewPasskeyForm(initial={"name": browser}))
    form = NewPasskeyForm(request.POST)
    if form.is_valid():
        try:
            codes = _added(request, form)
        except Refused:
            form.add_error("passkey", "This passkey could not be added. Try once more.")
        else:
            if codes:
                return codes_page(request, codes, "Two-step sign-in is on")
            messages.success(request, "Your passkey is added.")
            return SeeOther("organisations:two_step")
    return _page(request, form, status=422)


@require_POST
@recent_sign_in_required
@sent_once()
def remove_passkey(request: SignedInRequest, passkey_id: UUID) -> HttpResponse:
    """Have one of the person's passkeys prove nothing any more; with the last second step
    two-step sign-in is off."""
    if not passkeys.remove(request.user, passkey_id, by=actor_of(request)):
        raise Http404
    if two_step.is_on(request.user):
        messages.success(request, "The passkey is removed.")
    else:
        messages.success(request, "The passkey is removed, and two-step sign-in is off with it.")
    return SeeOther("organisations:two_step")


def _added(request: SignedInRequest, form: NewPasskeyForm) -> list[str]:
    name, answer = form.cleaned_data["name"], form.cleaned_data["passkey"]
    by, seed = actor_of(request), seed_of(request)
    return passkeys.add(request, request.user, name, answer, by=by, seed=seed)


def _page(request: SignedInRequest, form: NewPasskeyForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "options": passkeys.options_to_add(request, request.user)}
    return render(request, "organisations/profile/passkey.html", context, status=status)
