"""Coming to an agency by the link in an invitation's letter.

The token is in the address for one redirect only: the session then holds its digest, and the page
has an address that may be logged, bookmarked and told to whatever it links to. Nothing is used up
before the form is sent, so that a mail server which opens links spends none.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from foundation.web.client_addresses import client_address
from foundation.web.pages import SeeOther
from organisations.models import Invitation
from organisations.models.session import digest_of
from organisations.signing_in import authentication, devices
from organisations.team import inviting
from organisations.team.joining_form import JoinForm

_DIGEST = "invitation"


# Whoever is invited has no account yet: the token stands in for one.
@login_not_required
@require_safe
@never_cache
@sensitive_variables("token")
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address.

    A session is begun for a good one alone, so that links made up leave no rows behind.
    """
    request.session.pop(_DIGEST, None)
    if Invitation.objects.good_for(digest := digest_of(token)).exists():
        request.session[_DIGEST] = digest
    answer = SeeOther("organisations:invitation")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


# Likewise: what the session holds says which invitation was opened.
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest) -> HttpResponse:
    """Says who invites whom, and takes a name and a password."""
    if request.user.is_authenticated:
        status = 409 if request.method == "POST" else 200
        return render(request, "organisations/team/joining_signed_in.html", status=status)
    digest = request.session.get(_DIGEST, "")
    found = Invitation.objects.good_for(digest).select_related("organisation").first()
    if found is None:
        return _no_invitation(request)
    if request.method != "POST":
        return _form(request, found, JoinForm(found))
    form = JoinForm(found, request.POST)
    if not form.is_valid():
        return _form(request, found, form, status=422)
    return _join(request, digest, form)


def _join(request: HttpRequest, digest: str, form: JoinForm) -> HttpResponse:
    try:
        person = inviting.accept(
            digest,
            form.cleaned_data["name"],
            form.cleaned_data["new_password1"],
            address=client_address(request),
        )
    except inviting.NoInvitation:  # used, withdrawn or replaced a moment ago
        return _no_invitation(request)
    except inviting.EmailTaken:
        return render(request, "organisations/team/joining_taken.html", status=409)
    # The letter and the password that they chose just now prove enough: nothing is asked again.
    authentication.sign_in(request, person, step=None)
    messages.success(request, f"Welcome to {person.organisation.name}.")
    answer = SeeOther(settings.LOGIN_REDIRECT_URL)
    devices.remember(request, answer, person)
    return answer


def _form(
    request: HttpRequest, found: Invitation, form: JoinForm, status: int = 200
) -> HttpResponse:
    context = {"invitation": found, "form": form}
    return render(request, "organisations/team/joining.html", context, status=status)


def _no_invitation(request: HttpRequest) -> HttpResponse:
    return render(request, "organisations/team/joining_link_gone.html", status=404)
