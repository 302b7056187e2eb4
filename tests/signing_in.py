"""Signing in to a test's browser, by its sign-in page where that is what is tested."""

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_otp.oath import totp
from playwright.sync_api import Page

from organisations.models import Authenticator, User
from tests.factories import PASSWORD

HOSTS = ("localhost", "127.0.0.1")  # those of the tests' servers


def signed_in(page: Page, person: User) -> Page:
    """The page, its browser holding a session of the person's; it has not gone anywhere yet."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    said = {"name": cookie.key, "value": cookie.value, "path": "/"}
    page.context.add_cookies([{"domain": host, **said} for host in HOSTS])
    return page


def sign_in_by_form(page: Page, person: User) -> None:
    """Sign in as people do; at the sign-in page, unless one was led there already."""
    if "/sign-in/" not in page.url:
        page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def let_proof_grow_old(client: Client) -> None:
    """From now on the browser's person is signed in, but has not proved lately who they are."""
    session = client.session
    session["proved_at"] = 0
    session.save()


def answer_only(address: str, form: dict[str, str]) -> HttpResponse:
    """What a POST is answered, before anything is done that follows the answer."""
    request = RequestFactory().post(address, form)
    request._dont_enforce_csrf_checks = True
    handler = BaseHandler()
    handler.load_middleware()
    return handler.get_response(request)


def code_of(person: User, steps: int = 0) -> str:
    """What the person's authenticator app shows, so many half minutes from now."""
    secret = bytes.fromhex(Authenticator.objects.get(user=person).secret)
    return f"{totp(secret, t0=-30 * steps):06d}"
