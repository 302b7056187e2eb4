"""Settings, Profile, Two-step sign-in: an app, recovery codes, turning all of it off.

Passkeys are listed here too; passkeys.py adds and removes them.
"""

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.web.pages import SeeOther
from organisations.models import Authenticator, Passkey
from organisations.models.passkey import MOST
from organisations.models.recovery_code import recovery_codes
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import seed_of, sent_once
from organisations.signing_in import two_step
from organisations.signing_in.forms import CodeForm
from organisations.signing_in.recent_sign_in import is_recent, recent_sign_in_required
from organisations.signing_in.required_two_step import must_set_up, needed_to_set_up


@needed_to_set_up
@require_safe
def two_step_page(request: SignedInRequest) -> HttpResponse:
    """Whether it is on, and what can be done about it."""
    device = two_step.authenticator_of(request.user)
    passkeys = list(Passkey.objects.of(request.user).oldest_first())
    is_on = bool(device or passkeys)
    context = {
        "is_on": is_on,
        "is_required": request.organisation.two_step_from(request.user.role) is not None,
        "must_set_up": must_set_up(request.user),
        "device": device,
        "passkeys": passkeys,
        "may_add": len(passkeys) < MOST,
        "codes_left": two_step.recovery_codes_left(request.user) if is_on else 0,
    }
    return render(request, "organisations/profile/two_step.html", context)


@needed_to_set_up
@require_POST
@recent_sign_in_required
def begin_two_step(request: SignedInRequest) -> HttpResponse:
    """Make a secret for the person's app."""
    if not two_step.begin(request.user):
        return SeeOther("organisations:two_step")
    return SeeOther("organisations:set_up_two_step")


def show_codes_again(request: SignedInRequest) -> HttpResponse:
    return codes_page(request, recovery_codes(seed_of(request)), "Your recovery codes")


@needed_to_set_up
@require_http_methods(["GET", "HEAD", "POST"])
@recent_sign_in_required
@sent_once(again=show_codes_again)
def set_up_two_step(request: SignedInRequest) -> HttpResponse:
    """Show the secret, and turn it on by a code that the app makes of it."""
    device = two_step.unconfirmed_of(request.user)
    # Who finds the browser open later must not learn the secret before it is put to use.
    if device is None or not is_recent(request):
        return redirect("organisations:two_step")
    if request.method != "POST":
        return _set_up_page(request, device, CodeForm())
    form = CodeForm(request.POST)
    if form.is_valid():
        code, by = form.cleaned_data["code"], actor_of(request)
        codes = two_step.confirm(request.user, code, by=by, seed=seed_of(request))
        if codes == []:
            messages.success(request, "Your authenticator app is added.")
            return SeeOther("organisations:two_step")
        if codes is not None:
            return codes_page(request, codes, "Two-step sign-in is on")
        form.add_error("code", "This code is not right. Take the one that the app shows now.")
    return _set_up_page(request, device, form, status=422)


@require_POST
@recent_sign_in_required
@sent_once(again=show_codes_again)
def renew_recovery_codes(request: SignedInRequest) -> HttpResponse:
    """New recovery codes, shown once, in place of the old."""
    by, seed = actor_of(request), seed_of(request)
    codes = two_step.renew_recovery_codes(request.user, by=by, seed=seed)
    if codes is None:
        return SeeOther("organisations:two_step")
    return codes_page(request, codes, "New recovery codes")


@require_POST
@recent_sign_in_required
@sent_once()
def remove_app(request: SignedInRequest) -> HttpResponse:
    if two_step.remove_app(request.user, by=actor_of(request)):
        messages.success(request, "Your authenticator app is removed.")
    return SeeOther("organisations:two_step")


@require_POST
@recent_sign_in_required
@sent_once()
def turn_off_two_step(request: SignedInRequest) -> HttpResponse:
    if two_step.turn_off(request.user, by=actor_of(request)):
        messages.success(request, "Two-step sign-in is off. Your password alone signs you in.")
    return SeeOther("organisations:two_step")


def _set_up_page(
    request: SignedInRequest, device: Authenticator, form: CodeForm, status: int = 200
) -> HttpResponse:
    context = {"device": device, "picture": _picture(device.otpauth_url), "form": form}
    return render(request, "organisations/profile/two_step_set_up.html", context, status=status)


def codes_page(request: SignedInRequest, codes: list[str], heading: str) -> HttpResponse:
    """The codes, in the one answer to the POST that made them."""
    context = {"codes": codes, "heading": heading}
    return render(request, "organisations/profile/recovery_codes.html", context)


def _picture(url: str) -> SafeString:
    """A QR code of the URL, as SVG by attributes alone; dark on light whatever the theme."""
    code = segno.make_qr(url, error="m")
    picture: str = code.svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=False
    )
    return mark_safe(picture)  # noqa: S308 - numbers and the colours above; no text of anybody's
