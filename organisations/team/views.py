"""Settings, Team: who works here and in which role, and who is invited. For admins."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from foundation.web.pages import SeeOther, announce, render_page, wants_fragment
from organisations.admins import active_admins
from organisations.models import Invitation, Role, User
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import sent_once
from organisations.signing_in import two_step
from organisations.signing_in.recent_sign_in import recent_sign_in_required
from organisations.team import inviting, people
from organisations.team.forms import InviteForm, RoleForm

_LAST_ADMIN = "They are your agency's only admin. Make somebody else an admin first."


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def team_page(request: SignedInRequest) -> HttpResponse:
    """The agency's people and open invitations; a POST invites somebody."""
    if request.method != "POST":
        return _page(request)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation = _invite(request, form)
        except inviting.CannotInvite as why:
            form.add_error("email", str(why))
        else:
            messages.success(request, f"An invitation is on its way to {invitation.email}.")
            return SeeOther("organisations:team")
    return _page(request, form=form, status=422)


def _invite(request: SignedInRequest, form: InviteForm) -> Invitation:
    return inviting.invite(
        request.organisation,
        form.cleaned_data["email"],
        Role(form.cleaned_data["role"]),
        form.cleaned_data["name"],
        by=actor_of(request),
    )


@require_POST
@admin_required
@recent_sign_in_required
def change_role(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Make the person an admin or an agent; without script and with it."""
    person = _person_or_404(request, person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _refused(request, person, str(form.errors["role"][0]))
    role = Role(form.cleaned_data["role"])
    try:
        changed = people.change_role(person, role, by=actor_of(request))
    except people.LastAdmin:
        return _refused(request, person, _LAST_ADMIN)
    said = f"{person.name} {'is now' if changed else 'was already'} an {role.label.lower()}."
    if person == request.user and role is not Role.ADMIN:  # this tab is not theirs any more
        messages.success(request, said)
        if wants_fragment(request):
            return HttpResponseClientRedirect(reverse("organisations:profile"))
        return SeeOther("organisations:profile")
    if wants_fragment(request):
        return announce(_page(request), said)
    messages.success(request, said)
    return SeeOther("organisations:team")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def deactivate(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Ask first (GET), then (POST) have the person out at their next request; or leave oneself."""
    person = _person_or_404(request, person_id)
    if request.method != "POST":
        only_admin = set(active_admins(request.organisation)) == {person}
        return _ask(request, person, "Deactivate", "_deactivate.html", only_admin=only_admin)
    try:
        people.deactivate(person, by=actor_of(request))
    except people.LastAdmin:
        return _refused(request, person, _LAST_ADMIN)
    if person == request.user:
        logout(request)
        messages.success(request, f"You left {request.organisation.name} and are signed out.")
        return SeeOther("organisations:sign_in")
    messages.success(request, f"{person.name} is deactivated: out from their next click on.")
    return SeeOther("organisations:team")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def reactivate(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Ask first (GET), then (POST) let the person sign in again."""
    person = _person_or_404(request, person_id)
    if request.method != "POST":
        return _ask(request, person, "Reactivate", "_reactivate.html")
    people.reactivate(person, by=actor_of(request))
    messages.success(request, f"{person.name} may sign in again.")
    return SeeOther("organisations:team")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def turn_off_two_step(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Ask first (GET), then (POST) let a colleague in who lost their app and recovery codes."""
    person = _person_or_404(request, person_id)
    if request.method != "POST":
        return _ask(request, person, "Turn off two-step sign-in", "_two_step_off.html")
    if two_step.turn_off(person, by=actor_of(request)):
        messages.success(request, f"Two-step sign-in is off for {person.name}.")
    return SeeOther("organisations:team")


@require_POST
@admin_required
@sent_once()
@transaction.atomic
def resend_invitation(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    """A new link, good for another week."""
    invitation = _open_invitation_or_404(request, invitation_id)
    try:
        inviting.resend(invitation, by=actor_of(request))
    except inviting.CannotInvite as why:
        return _page(request, invitation_fault=(invitation.id, str(why)), status=422)
    messages.success(
        request, f"A new link is on its way to {invitation.email}; the one before stopped."
    )
    return SeeOther("organisations:team")


@require_POST
@admin_required
@sent_once()
@transaction.atomic
def withdraw_invitation(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    """Its link stops."""
    invitation = _open_invitation_or_404(request, invitation_id)
    inviting.withdraw(invitation, by=actor_of(request))
    messages.success(request, f"The invitation to {invitation.email} is withdrawn.")
    return SeeOther("organisations:team")


def _ask(
    request: SignedInRequest, person: User, act: str, fragment: str, **more: Any
) -> HttpResponse:
    """What is asked before the act: a page, or the part of it that a dialog shows."""
    fragment = f"organisations/team/{fragment}"
    context = {"person": person, "act": act, "fragment": fragment, **more}
    return render_page(request, "organisations/team/question.html", fragment, context)


def _person_or_404(request: SignedInRequest, person_id: UUID) -> User:
    return get_object_or_404(request.organisation.people, id=person_id)


def _open_invitation_or_404(request: SignedInRequest, invitation_id: UUID) -> Invitation:
    invitations = Invitation.objects.for_organisation(request.organisation).open()
    return get_object_or_404(invitations.select_for_update(), id=invitation_id)


def _refused(request: SignedInRequest, person: User, why: str) -> HttpResponse:
    return _page(request, person_fault=(person.id, why), status=422)


def _page(
    request: SignedInRequest,
    *,
    form: InviteForm | None = None,
    person_fault: tuple[UUID, str] | None = None,
    invitation_fault: tuple[UUID, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    team = list(people.team_of(request.organisation))
    invitations = Invitation.objects.for_organisation(request.organisation).open()
    context: dict[str, Any] = {
        "people": team,
        "admins": sum(1 for each in team if each.is_admin and each.is_active),
        "roles": Role.choices,
        "invitations": invitations.select_related("invited_by").newest_first(),
        "form": form or InviteForm(),
        "person_fault": person_fault,
        "invitation_fault": invitation_fault,
        "now": timezone.now(),
    }
    return render_page(
        request, "organisations/team/team.html", "organisations/team/_people.html", context, status
    )
