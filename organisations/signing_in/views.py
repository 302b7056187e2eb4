"""Signing in, with its second step where a person has one, and signing out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic.edit import FormMixin

from foundation.web import cookies
from foundation.web.after_answer import after_answer
from foundation.web.client_addresses import client_address
from foundation.web.pages import SeeOther, TooManyRequests
from organisations.models import User
from organisations.requests import SignedInRequest
from organisations.signing_in import authentication, devices, passkeys, throttle, two_step
from organisations.signing_in.authentication import EmailBackend
from organisations.signing_in.forms import SecondStepForm, SignInForm
from organisations.signing_in.notices import tell_of_new_browser
from organisations.signing_in.required_two_step import needed_to_set_up
from organisations.signing_in.throttle import LockedOut
from organisations.signing_in.two_step import Step

_COOKIE = "sift_second_step"
_COOKIE_AGE = 10 * 60


class FaultyFormIs422(FormMixin):  # type: ignore[type-arg]  # not generic at run time
    """A form that did not pass comes back with status 422, as everywhere here."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined, no-any-return]  # the view's own


class SignInView(FaultyFormIs422, auth_views.LoginView):
    """Django's own, which leads on only to addresses within the site; throttled, and in two steps.

    Whether the account exists shows neither in the answer nor in the time it takes: an unknown
    e-mail costs a hash as well, and what is recorded is recorded after the answer.
    """

    template_name = "organisations/signing_in/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.account = throttle.account_named(request.POST.get("username", ""))
        try:
            throttle.count_attempt(request, self.account)
        except LockedOut as refusal:
            return self._refused(refusal)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        answer = super().form_invalid(form)
        self._record_afterwards(authentication.record_failure, answer)
        return answer

    def form_valid(self, form: SignInForm) -> HttpResponse:
        person = form.get_user()
        if two_step.is_on(person):
            return _ask_for_code(person, self.get_success_url())
        return _signed_in(self.request, person, self.get_success_url(), step=None)

    def _refused(self, refusal: LockedOut) -> HttpResponse:
        form = SignInForm(self.request, initial={"username": self.request.POST.get("username")})
        context = self.get_context_data(form=form, wait=refusal)
        answer = self.render_to_response(context, status=429)
        answer.headers["Retry-After"] = str(refusal.seconds)
        if refusal.begins:
            self._record_afterwards(authentication.record_lock_out, answer)
        return answer

    def _record_afterwards(
        self, record: Callable[[UUID | None, str | None], None], answer: HttpResponse
    ) -> None:
        """Known or not, the same is done before the connection is let go."""
        address = client_address(self.request)
        after_answer(answer, partial(record, self.account.person_id, address))


@dataclass(frozen=True, slots=True)
class Pending:
    """Who said the right password in this browser, and where they want to go."""

    person: User
    next: str


@login_not_required  # the second half of signing in
@never_cache
@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: a passkey, a code of the authenticator app, or a recovery code."""
    pending = _pending(request)
    if pending is None:
        messages.info(request, "That took too long. Sign in once more.")
        return redirect("organisations:sign_in")
    person = pending.person
    form = SecondStepForm(request.POST or None)
    if request.method != "POST":
        return _code_page(request, person, form, 200)
    try:
        step = _step(request, person, form) if form.is_valid() else None
    except TooManyRequests as refusal:
        form.add_error("code", f"Too many codes were tried. {refusal.words}")
        answer = _code_page(request, person, form, 429)
        answer.headers["Retry-After"] = str(refusal.seconds)
        return answer
    if step is None:
        return _code_page(request, person, form, 422)
    return _signed_in(request, pending.person, pending.next, step=step)


@needed_to_set_up  # or else nobody could leave
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session. Pages that were seen in it are in no cache, so Back shows none of them."""
    authentication.sign_out(request)
    return SeeOther("organisations:sign_in")


def _code_page(
    request: HttpRequest, person: User, form: SecondStepForm, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "has_app": two_step.authenticator_of(person) is not None,
        "passkey_options": passkeys.options_to_use(request, person),
    }
    return render(request, "organisations/signing_in/code.html", context, status=status)


def _step(request: HttpRequest, person: User, form: SecondStepForm) -> Step | None:
    """What was proved, and by what; None, said on the form and kept in the trail, if nothing."""
    authentication.count_attempt(request, person)
    address = client_address(request)
    code, passkey = form.cleaned_data["code"], form.cleaned_data["passkey"]
    if passkey:
        step = Step.PASSKEY if passkeys.use(request, person, passkey) else None
        fault = "This passkey did not work. Try once more, or enter a code."
    else:
        step = two_step.use(person, code, address=address)
        fault = "This code is not right. Each works once, and only for a minute."
    if step is None:
        authentication.record_failure(person.pk, address)
        form.add_error("passkey" if passkey else "code", fault)
    return step


def _signed_in(request: HttpRequest, person: User, to: str, *, step: Step | None) -> HttpResponse:
    is_first = person.last_login is None  # nobody need be told of that
    with transaction.atomic():
        authentication.sign_in(request, person, step=step)
        if not (is_first or devices.known(request, person.pk)):
            tell_of_new_browser(person, request.session["browser"], client_address(request))
    answer = HttpResponseRedirect(to)
    devices.remember(request, answer, person)
    cookies.forget(answer, _COOKIE)
    return answer


def _ask_for_code(person: User, to: str) -> HttpResponse:
    """Lead on to the second step. Nobody is signed in yet: the browser carries, signed, who said
    the right password, for ten minutes and only while that is the password."""
    answer = redirect("organisations:sign_in_code")
    said = {"person": str(person.pk), "password": person.get_session_auth_hash(), "next": to}
    cookies.put(answer, _COOKIE, said, seconds=_COOKIE_AGE)
    return answer


def _pending(request: HttpRequest) -> Pending | None:
    said = cookies.read(request, _COOKIE, seconds=_COOKIE_AGE)
    if said is None:
        return None
    person = EmailBackend().get_user(said["person"])
    if person is None or not _is_password_of(person, said["password"]):
        return None
    return Pending(person, said["next"])


def _is_password_of(person: User, said: str) -> bool:
    """Whether the password that was right is the person's still; as Django asks it of sessions."""
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    return any(constant_time_compare(each, said) for each in hashes)
