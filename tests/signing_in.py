"""Signing in to a test's browser, by its sign-in page where that is what is tested."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.base import BaseHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_otp.oath import totp

from organisations.models import Authenticator, User
from organisations.signing_in.sessions import SessionStore
from tests.factories import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTS = ("localhost", "127.0.0.1")  # those of the tests' servers


def let_in(client: Client, person: User) -> None:
    """As `force_login` on a client in which nobody was, by two statements in place of six."""
    client.cookies.load(cookie_of(person))


def cookie_of(person: User) -> dict[str, str]:
    """The cookie, by its name, of a browser in which the person has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return {settings.SESSION_COOKIE_NAME: session.session_key}


def signed_in(page: "Page", person: User) -> "Page":
    """The page, its browser holding a session of the person's; it has not gone anywhere yet."""
    ((name, key),) = cookie_of(person).items()
    page.context.add_cookies(
        [{"name": name, "value": key, "domain": host, "path": "/"} for host in HOSTS]
    )
    return page


def sign_in_by_form(page: "Page", person: User) -> None:
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
