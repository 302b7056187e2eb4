"""Settings, Organisation: the agency's name, its opening hours, its plan, its use of the API, its
rule about two-step sign-in. For admins.

Above the apps, because it shows what several of them know.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.web.pages import SeeOther
from organisations.agency import account, two_step_rule
from organisations.agency.forms import AgencyNameForm, TwoStepRuleForm
from organisations.hours.words import week_in_words
from organisations.models.opening_hours import WEEKDAYS
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.signing_in.recent_sign_in import recent_sign_in_required
from sift_site.agency.plans import api_use_of, plans_for


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    """The first tab that is the person's to use: an admin's is this one, an agent's the profile."""
    if request.method != "POST" and not request.user.is_admin:
        return redirect("organisations:profile")
    return _organisation(request)


@admin_required
def _organisation(request: SignedInRequest) -> HttpResponse:
    """The tab; a POST renames the agency."""
    if request.method != "POST":
        return _page(request)
    form = AgencyNameForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    account.rename(request.organisation, form.cleaned_data["name"], by=actor_of(request))
    messages.success(request, "The agency's name is saved.")
    return SeeOther("settings")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def require_two_step(request: SignedInRequest) -> HttpResponse:
    """Save of whom two-step sign-in is required."""
    if request.method != "POST":
        return redirect("settings")
    form = TwoStepRuleForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, rule=form)
    two_step_rule.change(request.organisation, form.cleaned_data["rule"], by=actor_of(request))
    messages.success(request, "Of whom two-step sign-in is required is saved.")
    return SeeOther("settings")


def _page(request: SignedInRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    organisation = request.organisation
    context = {
        "form": AgencyNameForm(initial={"name": organisation.name}),
        "rule": TwoStepRuleForm(initial={"rule": organisation.two_step_rule}),
        "in_use": two_step_rule.in_use(organisation),
        "week": week_in_words([getattr(organisation, day) for day in WEEKDAYS]),
        "plans": plans_for(organisation),
        "api_use": api_use_of(organisation),
    }
    return render(request, "organisations/agency/organisation.html", context | forms, status=status)
