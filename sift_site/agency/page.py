"""Settings, Organisation: the agency's name, its plan, its use of the API. For admins.

Above the apps, because it shows what several of them know.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.web.pages import SeeOther
from organisations.agency import account
from organisations.agency.forms import AgencyNameForm
from organisations.requests import SignedInRequest, actor_of, admin_required
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
        "plans": plans_for(request.organisation),
        "api_use": api_use_of(request.organisation),
    }
    return render(request, "organisations/agency/organisation.html", context, status=status)
