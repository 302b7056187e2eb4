"""One try as it went, and telling anew: one event, all that failed, or all from a place on."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.plurals import so_many
from foundation.web.pages import SeeOther
from organisations.requests import SignedInRequest, actor_of, admin_required
from webhooks import redelivering, source
from webhooks.forms import ReplayForm
from webhooks.messages import body_of
from webhooks.models import Delivery, Endpoint, Include
from webhooks.pages.ours import endpoint_of


@require_safe
@admin_required
def delivery_detail(request: SignedInRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """What was sent, built anew, and what came back."""
    delivery = _delivery(request, endpoint_id, delivery_id)
    context = {"delivery": delivery, "endpoint": delivery.endpoint, "sent": _sent(delivery)}
    return render(request, "webhooks/delivery.html", context)


def _sent(delivery: Delivery) -> str | None:
    """The body as it would be sent now; None where the feed has the event no longer.

    It is not kept: its lead may have been erased since, and then nothing may tell of it.
    """
    events = source.events()
    if delivery.position is None:
        told = [events.test(delivery.event_id, delivery.created_at)]
    else:
        told = events.at(
            delivery.organisation_id,
            [delivery.position],
            with_leads=delivery.endpoint.include == Include.LEAD,
        )
    if not told:
        return None
    return json.dumps(json.loads(body_of(told[0])), indent=2, ensure_ascii=False)


@require_POST
@admin_required
def redeliver(request: SignedInRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Have the event of that try told once more."""
    delivery = _delivery(request, endpoint_id, delivery_id)
    redelivering.redeliver(delivery)
    messages.success(request, "The event is sent once more: what comes back is listed below.")
    return SeeOther("webhooks:detail", endpoint_id)


@require_POST
@admin_required
def redeliver_failed(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Have all told that failed and was not told since."""
    begun = redelivering.redeliver_failed(endpoint_of(request, endpoint_id))
    if begun:
        words = f"{so_many(begun, 'event')} that failed: sent once more now, and what waits behind."
    else:
        words = "Nothing waits that failed."
    messages.success(request, words)
    return SeeOther("webhooks:detail", endpoint_id)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def replay(request: SignedInRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask from where (GET), then set the endpoint back to there (POST)."""
    endpoint = endpoint_of(request, endpoint_id)
    form = ReplayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _replay(request, endpoint, form):
        messages.success(request, "The webhook is told all of that once more, from now on.")
        return SeeOther("webhooks:detail", endpoint_id)
    context = {
        "endpoint": endpoint,
        "form": form,
        "act": "replay",
        "fragment": "webhooks/_replay.html",
    }
    status = 422 if form.is_bound else 200
    return render(request, "webhooks/question.html", context, status=status)


def _replay(request: SignedInRequest, endpoint: Endpoint, form: ReplayForm) -> bool:
    """Whether the place is one; else the form says why it is none."""
    since, after = form.cleaned_data["since"], form.cleaned_data["after"]
    if since is not None:
        after = redelivering.position_before(request.organisation, since)
    try:
        redelivering.replay(endpoint, after, by=actor_of(request))
    except redelivering.NoLongerKept as error:
        form.add_error("after", f"Changes are kept from position {error.oldest:,} on.")
        return False
    except redelivering.BeyondLatest as error:
        form.add_error("after", f"The latest position is {error.latest:,}.")
        return False
    return True


def _delivery(request: SignedInRequest, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    ours = Delivery.objects.for_organisation(request.organisation).select_related("endpoint")
    return get_object_or_404(ours, id=delivery_id, endpoint_id=endpoint_id)
