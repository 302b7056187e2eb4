"""Where Settings begins."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from organisations.web import SignedInRequest


@require_safe
def settings_index(request: SignedInRequest) -> HttpResponse:
    """The first tab that is the person's to use."""
    first = "apikeys:list" if request.user.is_admin else "organisations:profile"
    return redirect(first)
