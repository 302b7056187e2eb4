"""Settings, Webhooks: endpoints, what they are set to, and how far they were told. For admins."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.encryption import Unreadable
from foundation.lists.paging import page_of
from foundation.web.pages import SeeOther, render_page
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import seed_of, sent_once
from organisations.signing_in.recent_sign_in import recent_sign_in_required
from webhooks import redelivering, setting_up, state
from webhooks.forms import EndpointForm
from webhooks.models import Delivery, Endpoint
from webhooks.models.endpoint import MOST_ENDPOINTS
from webhooks.pages.ours import endpoint_of
from webhooks.secrets import new_secret


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """A secret that was made by this very request, the one time that it is shown."""

    endpoint: Endpoint
    text: str
    is_rolled: bool = False

    def __repr__(self) -> str:
        return f"<ShownOnce {self.endpoint.pk}>"  # never the text: reprs end up in reports


# --- The list ------------------------------------------------------------------------------------
def _show_again(request: SignedInRequest, *_: Any, **__: Any) -> HttpResponse:
    """The secret that the same form made a moment ago."""
    secret = new_secret(seed_of(request))
    for endpoint in Endpoint.objects.for_organisation(request.organisation):
        if _has(endpoint, secret):
            is_rolled = endpoint.former_until is not None
            return _render_list(request, shown=ShownOnce(endpoint, secret, is_rolled))
    return SeeOther("webhooks:list")


def _has(endpoint: Endpoint, secret: str) -> bool:
    try:
        return endpoint.secret == secret
    except Unreadable:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once(again=_show_again)
@sensitive_variables("secret")
def endpoint_list(request: SignedInRequest) -> HttpResponse:
    """The agency's webhooks; a POST sets one up and shows its secret in this one answer."""
    if request.method != "POST":
        return _render_list(request)
    _needs_plan(request)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _render_list(request, form, status=422)
    try:
        endpoint, secret = setting_up.create(
            request.organisation, **form.values(), by=actor_of(request), seed=seed_of(request)
        )
    except setting_up.TooMany:
        form.add_error(None, f"An agency has at most {MOST_ENDPOINTS} webhooks.")
        return _render_list(request, form, status=422)
    return _render_list(request, shown=ShownOnce(endpoint, secret))


def _render_list(
    request: SignedInRequest,
    form: EndpointForm | None = None,
    *,
    shown: ShownOnce | None = None,
    status: int = 200,
) -> HttpResponse:
    states = state.states_of(request.organisation)
    context = {
        "states": states,
        "form": form or EndpointForm(),
        "shown": shown,
        "has_room": len(states) < MOST_ENDPOINTS,
        "most": MOST_ENDPOINTS,
    }
    return render(request, "webhooks/list.html", context, status=status)


def _needs_plan(request: SignedInRequest) -> None:
    if not request.organisation.has_api:
        raise PermissionDenied("Webhooks belong to the Growth and Scale plans.")


# --- One of them ---------------------------------------------------------------------------------
@require_safe
@admin_required
def endpoint_detail(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """One webhook: how it does, what is done with it, and every try of the last 30 days."""
    ours = state.with_places(Endpoint.objects.for_organisation(request.organisation))
    endpoint = get_object_or_404(ours, id=endpoint_id)
    deliveries = Delivery.objects.of(endpoint)
    failed_alone = request.GET.get("failed") == "1"
    if failed_alone:
        deliveries = deliveries.failed()
    context = {
        "endpoint": endpoint,
        "state": state.state_of(endpoint),
        "waits": state.waits(endpoint),
        "given_up": state.given_up(endpoint),
        "tests": redelivering.tests_under_way(endpoint),
        "failed_alone": failed_alone,
        "page": page_of(deliveries.newest_first(), request.GET),
    }
    return render_page(request, "webhooks/detail.html", "webhooks/_deliveries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def edit_endpoint(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Another address, and other things that it is told."""
    endpoint = endpoint_of(request, endpoint_id)
    if request.method != "POST":
        form = EndpointForm(initial=EndpointForm.initial_of(endpoint), auto_id="edit_%s")
        return _question(request, "edit", endpoint, form)
    form = EndpointForm(request.POST, auto_id="edit_%s")
    if not form.is_valid():
        return _question(request, "edit", endpoint, form, status=422)
    setting_up.change(endpoint, form.values(), by=actor_of(request))
    messages.success(request, "The webhook is saved.")
    return SeeOther("webhooks:detail", endpoint.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once(again=_show_again)
@sensitive_variables("secret")
def roll_secret(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask first (GET), then make a new secret (POST) and show it in the answer."""
    endpoint = endpoint_of(request, endpoint_id)
    if request.method != "POST":
        return _question(request, "roll", endpoint)
    secret = setting_up.roll_secret(endpoint, by=actor_of(request), seed=seed_of(request))
    return _render_list(request, shown=ShownOnce(endpoint, secret, is_rolled=True))


@require_POST
@admin_required
def switch_endpoint(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """On, or off; on again it goes on from where it stopped."""
    endpoint = endpoint_of(request, endpoint_id)
    on = request.POST.get("on") == "1"
    setting_up.change(endpoint, {"enabled": on}, by=actor_of(request))
    words = "on: it goes on from where it stopped" if on else "off: nothing more is sent to it"
    messages.success(request, f"The webhook is {words}.")
    return SeeOther("webhooks:detail", endpoint.pk)


@require_POST
@admin_required
@sent_once()
def test_endpoint(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Have it sent an event of nothing."""
    endpoint = endpoint_of(request, endpoint_id)
    _needs_plan(request)
    if endpoint.enabled:
        redelivering.send_test(endpoint)
        messages.success(request, "A test is on its way: what comes back is listed below.")
    else:
        messages.error(request, "The webhook is off: switch it on to test it.")
    return SeeOther("webhooks:detail", endpoint.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def delete_endpoint(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask first (GET), then forget it with its deliveries (POST)."""
    endpoint = endpoint_of(request, endpoint_id)
    if request.method != "POST":
        return _question(request, "delete", endpoint)
    setting_up.delete(endpoint, by=actor_of(request))
    messages.success(request, "The webhook was deleted. Nothing more is sent to it.")
    return SeeOther("webhooks:list")


def _question(
    request: SignedInRequest,
    act: str,
    endpoint: Endpoint,
    form: EndpointForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"endpoint": endpoint, "form": form, "act": act, "fragment": f"webhooks/_{act}.html"}
    return render(request, "webhooks/question.html", context, status=status)
