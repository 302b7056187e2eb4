"""Settings, Organisation: the agency's name, its plan, its use of the API. For admins.

Above the apps, because it shows what several of them know.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apikeys.models import ApiKey
from apikeys.usage import TotalUsage, total_usage_of
from foundation.web.pages import SeeOther
from organisations.agency import account
from organisations.agency.forms import AgencyNameForm
from organisations.models import Organisation, Plan
from organisations.requests import SignedInRequest, actor_of, admin_required
from sift_site.api import limits


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a plan includes, in words."""

    name: str
    is_own: bool
    api: str | None  # how much it may be called; None: not at all
    export: bool


@dataclass(frozen=True, slots=True)
class ApiUse:
    """What the agency's systems do with the API."""

    allowance: str
    calls: TotalUsage
    keys: int
    last_used_at: datetime | None


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
        return _page(request, AgencyNameForm(initial={"name": request.organisation.name}))
    form = AgencyNameForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    account.rename(request.organisation, form.cleaned_data["name"], by=actor_of(request))
    messages.success(request, "The agency's name is saved.")
    return SeeOther("settings")


def _page(request: SignedInRequest, form: AgencyNameForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "plans": _plans(request.organisation),
        "api_use": _api_use(request.organisation),
    }
    return render(request, "organisations/agency/organisation.html", context, status=status)


def _plans(organisation: Organisation) -> list[PlanRow]:
    return [
        PlanRow(
            name=plan.label,
            is_own=plan == organisation.plan,
            api=limits.allowance(plan) if plan.has_api else None,
            export=plan.has_api,  # the two belong together (CONTRACT.md, section 1)
        )
        for plan in Plan
    ]


def _api_use(organisation: Organisation) -> ApiUse | None:
    """None where the plan has no API. All that the tab says of the API's use is gathered here."""
    if not organisation.has_api:
        return None
    keys = ApiKey.objects.for_organisation(organisation).standing()
    use = keys.aggregate(keys=Count("id"), last_used_at=Max("last_used_at"))
    return ApiUse(
        allowance=limits.allowance(Plan(organisation.plan)),
        calls=total_usage_of(organisation),
        **use,
    )
