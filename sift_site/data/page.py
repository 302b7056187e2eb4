"""Settings, Data: how long leads are kept, and what that would do. For admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from conversations.retention import preview, set_rule
from foundation.web.pages import SeeOther
from leads.models import Retention
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.signing_in.recent_sign_in import recent_sign_in_required_where
from sift_site.data.forms import RetentionForm


def _saves(request: SignedInRequest) -> bool:
    return request.POST.get("act") == "save"


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required_where(_saves)
def data(request: SignedInRequest) -> HttpResponse:
    """The rule; a POST shows what another would do, or saves it."""
    if request.method != "POST":
        return _page(request)
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    months = form.cleaned_data["months"]
    if _saves(request):
        return _save(request, months)
    seen = preview(request.organisation, months) if months else None
    return _page(request, form=form, preview=seen, is_preview=True)


def _save(request: SignedInRequest, months: int | None) -> HttpResponse:
    if not set_rule(request.organisation, months, by=actor_of(request)):
        words = "That is the rule already."
    elif months is None:
        words = "No lead goes by itself any more."
    else:
        words = "The rule is saved. Nothing goes for thirty days, and your admins have a letter."
    messages.success(request, words)
    return SeeOther("data")


def _page(request: SignedInRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rule = Retention.objects.for_organisation(request.organisation).first()
    context = {
        "rule": rule,
        "form": RetentionForm(initial={"months": rule.months if rule else None}),
    }
    return render(request, "data/data.html", context | more, status=status)
