"""Settings, Intake: the addresses, what each is set to, and what was held back. For admins."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from conversations.intake import setting_up
from conversations.intake.settings_forms import FORM_OF, MailForm, NewAddressForm
from conversations.intake_addresses import (
    MOST_ADDRESSES,
    HeldBackPost,
    IntakeAddress,
    IntakeKind,
)
from foundation.encryption import Unreadable
from foundation.web.own_url import full_url
from foundation.web.pages import SeeOther
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import sent_once
from organisations.signing_in.recent_sign_in import recent_sign_in_required

_TAKEN = "Another address of your agency has this name."


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def address_list(request: SignedInRequest) -> HttpResponse:
    """The agency's intake addresses; a POST makes one and leads to it."""
    if request.method != "POST":
        return _render_list(request, NewAddressForm())
    form = NewAddressForm(request.POST)
    if not form.is_valid():
        return _render_list(request, form, status=422)
    kind, name = IntakeKind(form.cleaned_data["kind"]), form.cleaned_data["name"]
    try:
        address = setting_up.create(request.organisation, kind, name, by=actor_of(request))
    except setting_up.TooMany:
        form.add_error(None, f"An agency has at most {MOST_ADDRESSES} intake addresses.")
    except setting_up.NameTaken:
        form.add_error("name", _TAKEN)
    else:
        messages.success(request, "The address is made: put it where leads come from.")
        return SeeOther("intake:detail", address.pk)
    return _render_list(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("auth_token")
@admin_required
def address_detail(request: SignedInRequest, intake_id: UUID) -> HttpResponse:
    """One address: where it is, what is set, what waits; a POST sets it."""
    address = _address_of(request, intake_id)
    form_class = FORM_OF[address.kind]
    if request.method != "POST":
        return _render_detail(request, address, form_class(initial=form_class.initial_of(address)))
    form = form_class(request.POST)
    if not form.is_valid():
        return _render_detail(request, address, form, status=422)
    try:
        setting_up.change(address, form.values(), by=actor_of(request))
    except setting_up.NameTaken:
        form.add_error("name", _TAKEN)
        return _render_detail(request, address, form, status=422)
    messages.success(request, "The address is saved.")
    return SeeOther("intake:detail", address.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def roll_address(request: SignedInRequest, intake_id: UUID) -> HttpResponse:
    """Ask first (GET), then give it another token (POST)."""
    address = _address_of(request, intake_id)
    if request.method != "POST":
        return render(request, "intake/roll.html", {"address": address})
    setting_up.roll(address, by=actor_of(request))
    messages.success(request, "The address is another one now: put it where the old one was.")
    return SeeOther("intake:detail", address.pk)


@require_POST
@admin_required
def switch_address(request: SignedInRequest, intake_id: UUID) -> HttpResponse:
    """On, or off."""
    address = _address_of(request, intake_id)
    on = request.POST.get("on") == "1"
    setting_up.switch(address, on=on, by=actor_of(request))
    words = "on: it takes what comes" if on else "off: whatever comes is refused"
    messages.success(request, f"The address is {words}.")
    return SeeOther("intake:detail", address.pk)


@require_POST
@admin_required
@sent_once()
def let_in(request: SignedInRequest, intake_id: UUID, post_id: UUID) -> HttpResponse:
    """Make a lead of what was held back."""
    post = _post_of(request, intake_id, post_id)
    setting_up.let_in(post, request.organisation, by=actor_of(request))
    messages.success(request, "It was let in: it is among your leads.")
    return SeeOther("intake:detail", post.address_id)


@require_POST
@admin_required
@sent_once()
def drop(request: SignedInRequest, intake_id: UUID, post_id: UUID) -> HttpResponse:
    """Forget what was held back."""
    post = _post_of(request, intake_id, post_id)
    setting_up.drop(post, by=actor_of(request))
    messages.success(request, "It was dropped.")
    return SeeOther("intake:detail", post.address_id)


# --- What is asked, and what is shown -------------------------------------------------------------
def _address_of(request: SignedInRequest, intake_id: UUID) -> IntakeAddress:
    """Another agency's is a 404, as one that is not there."""
    ours = IntakeAddress.objects.for_organisation(request.organisation)
    return get_object_or_404(ours, id=intake_id)


def _post_of(request: SignedInRequest, intake_id: UUID, post_id: UUID) -> HeldBackPost:
    ours = HeldBackPost.objects.for_organisation(request.organisation).select_related("address")
    return get_object_or_404(ours, id=post_id, address_id=intake_id)


def _render_list(
    request: SignedInRequest, form: NewAddressForm, *, status: int = 200
) -> HttpResponse:
    ours = IntakeAddress.objects.for_organisation(request.organisation)
    addresses = list(ours.with_held_back().oldest_first())
    context = {
        "addresses": addresses,
        "form": form,
        "has_room": len(addresses) < MOST_ADDRESSES,
        "most": MOST_ADDRESSES,
    }
    return render(request, "intake/list.html", context, status=status)


def _render_detail(
    request: SignedInRequest, address: IntakeAddress, form: MailForm, *, status: int = 200
) -> HttpResponse:
    HeldBackPost.objects.for_organisation(request.organisation).delete_old()
    context: dict[str, Any] = {
        "address": address,
        "form": form,
        "url": _url_of(address),
        "held_back": HeldBackPost.objects.of(address).newest_first(),
    }
    return render(request, "intake/detail.html", context, status=status)


def _url_of(address: IntakeAddress) -> str | None:
    """The whole address; None where no key reads its token any more: it can be rolled then."""
    try:
        return full_url(address.path)
    except Unreadable:
        return None
