"""Signing in, and the pages about oneself."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormMixin

from organisations.forms import NewPasswordForm, PasswordResetForm, ProfileForm, SignInForm
from organisations.models import User
from organisations.web import SeeOther, SignedInRequest


class FaultyFormIs422(FormMixin):  # type: ignore[type-arg]  # not generic at run time
    """A form that did not pass comes back with status 422, as everywhere here."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined, no-any-return]  # the view's own


class SignInView(FaultyFormIs422, auth_views.LoginView):
    """Django's own, which leads on only to addresses within the site."""

    template_name = "organisations/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class PasswordResetView(FaultyFormIs422, auth_views.PasswordResetView):
    """Asks for an e-mail and answers the same whether or not somebody has it."""

    template_name = "organisations/password_reset.html"
    form_class = PasswordResetForm
    email_template_name = "organisations/password_reset_mail.txt"
    subject_template_name = "organisations/password_reset_subject.txt"
    success_url = reverse_lazy("organisations:password_reset_sent")


class PasswordResetSentView(auth_views.PasswordResetDoneView):
    template_name = "organisations/password_reset_sent.html"


class NewPasswordView(FaultyFormIs422, auth_views.PasswordResetConfirmView):
    """Sets a new password by the link from the mail: once, and within PASSWORD_RESET_TIMEOUT."""

    template_name = "organisations/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("organisations:sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return answer


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Who one is here, and what one chooses for oneself."""
    if request.method != "POST":
        form = ProfileForm(instance=request.user)
        return render(request, "organisations/profile.html", {"form": form})
    # The form writes what was said onto its person, faulty or not; the page shows who asks.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST, instance=person)
    if not form.is_valid():
        return render(request, "organisations/profile.html", {"form": form}, status=422)
    if form.changed_data:
        person.save(update_fields=form.changed_data)
    messages.success(request, "Your choices are saved.")
    return SeeOther("organisations:profile")
