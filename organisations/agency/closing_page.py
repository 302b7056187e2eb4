"""Closing the agency's account. For admins."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.web.pages import SeeOther
from organisations.agency import account
from organisations.agency.forms import CloseForm
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.signing_in.recent_sign_in import recent_sign_in_required


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def close(request: SignedInRequest) -> HttpResponse:
    """Say what stops and what stays (GET), then close it for who types the name (POST)."""
    organisation = request.organisation
    form = CloseForm(organisation, *([request.POST] if request.method == "POST" else []))
    if not form.is_valid():
        context = {"form": form, "people": organisation.people.filter(is_active=True).count()}
        status = 422 if form.is_bound else 200
        return render(request, "organisations/agency/closing.html", context, status=status)
    account.close(organisation, by=actor_of(request))
    logout(request)
    return SeeOther("organisations:account_closed")


# Whoever has just closed the account cannot be signed in any more.
@login_not_required
@require_safe
def account_closed(request: HttpRequest) -> HttpResponse:
    """What was done, and whom to ask to undo it; the same for everybody."""
    return render(request, "organisations/agency/closed.html")
