"""Settings, Profile: who one is, what one chooses, one's password, sessions and devices."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from foundation.web.pages import SeeOther, TooManyRequests
from organisations.audit import record_about
from organisations.models import AuditAction, KnownDevice, Session, User
from organisations.profile.alerts import AlertsForm
from organisations.profile.forms import AboutForm, ChangePasswordForm, ProfileForm
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import sent_once
from organisations.signing_in import authentication, devices, passwords, two_step
from organisations.signing_in.recent_sign_in import recent_sign_in_required


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """All of it on one page; a POST saves how pages look and work."""
    if request.method != "POST":
        return _page(request)
    person = _oneself(request)
    form = ProfileForm(request.POST, instance=person)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    if form.changed_data:
        person.save(update_fields=form.changed_data)
    messages.success(request, "Your choices are saved.")
    return SeeOther("organisations:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: SignedInRequest) -> HttpResponse:
    """Save name and time zone."""
    if request.method != "POST":
        return redirect("organisations:profile")
    person = _oneself(request)
    form = AboutForm(request.POST, instance=person)
    if not form.is_valid():
        return _page(request, status=422, about=form)
    if form.changed_data:
        with transaction.atomic():
            person.save(update_fields=form.changed_data)
            if "name" in form.changed_data:
                names = {"target": request.user.name, "new_name": person.name}
                by = actor_of(request)
                record_about(person, AuditAction.PERSON_RENAMED, by=by, names=names)
    messages.success(request, "Your name and time zone are saved.")
    return SeeOther("organisations:profile")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: SignedInRequest) -> HttpResponse:
    """A new password by the one of now: every other session ends, and a letter tells of it."""
    if request.method != "POST":
        return _password_page(request, ChangePasswordForm(request.user))
    person = _oneself(request)
    try:
        authentication.count_attempt(request, person)
    except TooManyRequests as refusal:
        form = ChangePasswordForm(person)
        answer = _password_page(request, form, status=429, wait=refusal)
        answer.headers["Retry-After"] = str(refusal.seconds)
        return answer
    form = ChangePasswordForm(person, request.POST)
    if not form.is_valid():
        return _password_page(request, form, status=422)
    passwords.change(
        person,
        form.cleaned_data["new_password1"],
        by=actor_of(request),
        keep_session=request.session.session_key,
    )
    update_session_auth_hash(request, person)  # and takes a new key
    messages.success(request, "Your password is changed. You were signed out everywhere else.")
    answer = SeeOther("organisations:profile")
    devices.remember(request, answer, person)
    return answer


@require_POST
@recent_sign_in_required
@sent_once()
def end_session(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    """Sign out in one browser, this one or another."""
    session = get_object_or_404(Session.objects.of(request.user), id=session_id)
    if session.id == request.session.row_id:  # type: ignore[attr-defined]  # our own engine's
        authentication.sign_out(request)
        return SeeOther("organisations:sign_in")
    authentication.sign_out_elsewhere(request, session)
    messages.success(request, f"{session.browser or 'That browser'} is signed out.")
    return SeeOther("organisations:profile")


@require_POST
@recent_sign_in_required
def end_all_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere, here as well."""
    authentication.sign_out_everywhere(request)
    messages.success(request, "You are signed out everywhere.")
    return SeeOther("organisations:sign_in")


@require_POST
@sent_once()
def forget_device(request: SignedInRequest, device_id: UUID) -> HttpResponse:
    """Have one of the person's known devices be a stranger's."""
    device = get_object_or_404(KnownDevice.objects.of(request.user), id=device_id)
    devices.forget(request.user, [device], by=actor_of(request))
    messages.success(request, f"{device.browser} is forgotten.")
    return SeeOther("organisations:profile")


@require_POST
def forget_all_devices(request: SignedInRequest) -> HttpResponse:
    """Likewise all of them, this one as well; nobody is signed out by it."""
    known = list(KnownDevice.objects.of(request.user))
    devices.forget(request.user, known, by=actor_of(request))
    messages.success(request, "All your devices are forgotten.")
    return SeeOther("organisations:profile")


def _oneself(request: SignedInRequest) -> User:
    """The person, read anew: a form writes what was said onto them, faulty or not, and the page
    goes on showing who asks."""
    return User.objects.select_related("organisation").get(pk=request.user.pk)


def _page(request: SignedInRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    sessions = Session.objects.of(request.user).alive().last_seen_first()
    known = list(KnownDevice.objects.of(request.user).alive().last_used_first())
    context = {
        "form": ProfileForm(instance=request.user),
        "about": AboutForm(instance=request.user),
        "alerts": AlertsForm(instance=request.user),
        "sessions": sessions,
        "this_session": request.session.row_id,  # type: ignore[attr-defined]  # our own engine's
        "devices": known,
        "this_device": devices.this_one(request, known),
        "two_step": two_step.is_on(request.user),
        "codes_left": two_step.recovery_codes_left(request.user),
    }
    return render(request, "organisations/profile/profile.html", context | forms, status=status)


def _password_page(
    request: SignedInRequest,
    form: ChangePasswordForm,
    *,
    status: int = 200,
    wait: TooManyRequests | None = None,
) -> HttpResponse:
    context = {"form": form, "wait": wait}
    return render(request, "organisations/profile/password.html", context, status=status)
