"""A forgotten password: asking for a link, and setting a new one by it."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation.web.after_answer import after_answer
from foundation.web.client_addresses import client_address
from foundation.web.own_url import full_url
from organisations.actors import Actor
from organisations.audit import record_about
from organisations.letters.writing import write
from organisations.models import AuditAction, User
from organisations.signing_in import devices, passwords, throttle
from organisations.signing_in.forms import NewPasswordForm, PasswordResetForm
from organisations.signing_in.views import FaultyFormIs422


@login_not_required  # for those who cannot sign in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Asks for an e-mail and answers the same, as soon, whether or not somebody has it."""
    form = PasswordResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"form": form}
        return render(
            request, "organisations/signing_in/password_reset.html", context, status=status
        )
    throttle.count_reset(request)
    answer = HttpResponseRedirect(reverse("organisations:password_reset_sent"))
    after_answer(answer, partial(_send_link, request, form.cleaned_data["email"]))
    return answer


@login_not_required  # for those who cannot sign in
@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "organisations/signing_in/password_reset_sent.html")


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")
class NewPasswordView(FaultyFormIs422, auth_views.PasswordResetConfirmView):
    """Sets a new password by the link from the mail: once, and within PASSWORD_RESET_TIMEOUT.

    Nobody is signed in by it: who has two-step sign-in still needs its code.
    """

    template_name = "organisations/signing_in/new_password.html"
    form_class = NewPasswordForm

    def get_user(self, uidb64: str) -> User | None:
        """Whose link it is; nobody's, where they may not sign in (any more)."""
        person = super().get_user(uidb64)
        return person if isinstance(person, User) and person.may_sign_in else None

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        person = form.user
        by = Actor.for_person(person, client_address(self.request))
        passwords.reset(person, form.cleaned_data["new_password1"], by=by)
        self.request.session.flush()
        messages.success(self.request, "Your new password is set. Sign in with it.")
        answer = HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        # Whoever reads the person's mailbox is no stranger to the account.
        devices.remember(self.request, answer, person)
        return answer


def _send_link(request: HttpRequest, email: str) -> None:
    """Send a link to the person who signs in with this e-mail, if they may at all."""
    try:
        person = User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return
    if not (person.may_sign_in and person.has_usable_password()):
        return
    if not throttle.may_be_sent_a_link(request, person):
        return
    path = reverse(
        "organisations:new_password",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
            "token": default_token_generator.make_token(person),
        },
    )
    with transaction.atomic():
        record_about(
            person,
            AuditAction.PASSWORD_RESET_ASKED,
            by=Actor.nobody_known(client_address(request)),
        )
        write(
            "organisations/mail/password_reset",
            [person.email],
            {"person": person, "link": full_url(path)},
            organisation_id=person.organisation_id,
            good_for=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        )
