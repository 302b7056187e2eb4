"""Settings, Scoring: what each fact is worth, with a preview; for admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from foundation.web.pages import SeeOther
from leads.agency_weights import before, change, put_back, standing_weights, weights_from
from organisations.requests import SignedInRequest, actor_of, admin_required
from sift_site.scoring.form import WeightsForm
from sift_site.scoring.preview import preview


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def scoring(request: SignedInRequest) -> HttpResponse:
    """The weights; a POST shows what others would do, saves them, or puts back those before."""
    organisation = request.organisation
    weights = standing_weights(organisation.id)
    if request.method != "POST":
        return _page(request, WeightsForm(weights=weights))
    act = request.POST.get("act", "preview")
    if act == "put_back":
        return _put_back(request)
    form = WeightsForm(request.POST, weights=weights)
    if not form.is_valid():
        return _page(request, form, status=422)
    if act != "save":
        seen = preview(organisation, weights_from(form.points))
        return _page(request, form, preview=seen)
    if change(organisation, form.points, by=actor_of(request)):
        messages.success(request, "The weights are saved. Leads are scored anew within minutes.")
    else:
        messages.success(request, "These are the weights already.")
    return SeeOther("scoring")


def _put_back(request: SignedInRequest) -> HttpResponse:
    if put_back(request.organisation, by=actor_of(request)):
        words = "The weights before are back. Leads are scored anew within minutes."
    else:
        words = "There are no weights before these."
    messages.success(request, words)
    return SeeOther("scoring")


def _page(
    request: SignedInRequest, form: WeightsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "can_put_back": before(request.organisation) is not None}
    return render(request, "leads/scoring.html", context | more, status=status)
