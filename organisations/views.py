"""Signing in, and the pages about oneself."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from organisations.forms import SignInForm
from organisations.web import SignedInRequest


class SignInView(LoginView):
    """Django's own, which leads on only to addresses within the site."""

    template_name = "organisations/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_safe
def settings_index(request: SignedInRequest) -> HttpResponse:
    """The first tab that is the person's to use."""
    first = "apikeys:list" if request.user.is_admin else "organisations:profile"
    return redirect(first)


@require_safe
def profile(request: SignedInRequest) -> HttpResponse:
    """Who one is here."""
    return render(request, "organisations/profile.html")
