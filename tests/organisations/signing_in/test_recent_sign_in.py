"""What would hurt most asks who is there again, and loses nothing that was typed meanwhile."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from organisations.models import AuditEntry
from organisations.signing_in.recent_sign_in import recent_sign_in_required
from sift_site.urls import urlpatterns as every_page
from tests.factories import PASSWORD
from tests.signing_in import let_proof_grow_old


@recent_sign_in_required
def guarded(request, number):
    """A view as any: it answers with what reached it."""
    said = "; ".join(f"{name}={values}" for name, values in sorted(request.POST.lists()))
    return HttpResponse(f"{request.method} {number} {said}")


urlpatterns = [path("guarded/<int:number>/", guarded), *every_page]
handler403 = "sift_site.serving.error_pages.forbidden"
pytestmark = pytest.mark.urls(__name__)

TYPED = {"name": 'A "key" <b>', "scope": ["read", "write"], "csrfmiddlewaretoken": "x"}
SEEN = "POST 7 csrfmiddlewaretoken=['x']; name=['A \"key\" <b>']; scope=['read', 'write']"


@pytest.fixture
def late(signed_in) -> Client:
    let_proof_grow_old(signed_in)
    return signed_in


def fields(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_soon_after_sign_in_nothing_is_asked(signed_in):
    assert signed_in.post("/guarded/7/", TYPED).content.decode() == SEEN


def test_later_only_what_changes_something_is_asked_about(late):
    assert late.get("/guarded/7/").content.decode() == "GET 7 "
    assert late.post("/guarded/7/", TYPED).status_code == 422


def test_the_question_carries_what_was_typed_and_goes_to_the_same_address_alone(late):
    page = late.post("/guarded/7/?next=//evil.example", TYPED).content.decode()

    assert '<form method="post" action="/guarded/7/?next=//evil.example"' in page
    carried = fields(page)
    del carried["csrfmiddlewaretoken"]
    assert carried == {"name": ["A &quot;key&quot; &lt;b&gt;"], "scope": ["read", "write"]}


def test_the_password_lets_what_was_typed_through_and_is_not_handed_on(late):
    answer = late.post("/guarded/7/", TYPED | {"proof_of_identity": PASSWORD})

    assert answer.content.decode() == SEEN
    assert late.post("/guarded/7/", TYPED).content.decode() == SEEN  # and is good for a while


def test_a_wrong_password_lets_nothing_through_and_keeps_what_was_typed(late):
    answer = late.post("/guarded/7/", TYPED | {"proof_of_identity": "guessed"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "This is not your password." in page
    assert "guessed" not in page
    assert fields(page)["scope"] == ["read", "write"]
    assert late.post("/guarded/7/", TYPED).status_code == 422


def test_a_proof_renews_the_session(late):
    before = late.cookies["sift_session"].value

    late.post("/guarded/7/", TYPED | {"proof_of_identity": PASSWORD})

    assert late.cookies["sift_session"].value != before
    stale = Client()
    stale.cookies["sift_session"] = before
    assert stale.get("/guarded/7/").status_code == 302


def test_a_forged_form_is_refused_before_anything_is_asked(agent):
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(agent)
    let_proof_grow_old(forger)

    assert forger.post("/guarded/7/", {"proof_of_identity": PASSWORD}).status_code == 403


def test_htmx_shows_the_question_in_place_of_the_page(late):
    answer = late.post("/guarded/7/", TYPED, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#main", "#main > *")


def test_cancel_leads_back_to_the_page_one_was_on_and_never_out_of_the_site(late):
    here = late.post("/guarded/7/", headers={"Referer": "http://testserver/leads/?status=hot"})
    out = late.post("/guarded/7/", headers={"Referer": "https://evil.example/leads/"})

    assert '<a class="button" href="/leads/?status=hot">Cancel</a>' in here.content.decode()
    assert '<a class="button" href="/">Cancel</a>' in out.content.decode()


def test_a_password_cannot_be_guessed_on_and_on_and_what_was_typed_is_kept(late):
    guesses = [late.post("/guarded/7/", TYPED | {"proof_of_identity": "x"}) for _ in range(11)]
    right = late.post("/guarded/7/", TYPED | {"proof_of_identity": PASSWORD})

    assert [answer.status_code for answer in guesses] == [422] * 10 + [429]
    assert right.status_code == 429
    assert int(right["Retry-After"]) >= 1
    assert fields(right.content.decode())["scope"] == ["read", "write"]


def test_a_failed_proof_is_kept_in_the_trail(late, agency, agent):
    late.post("/guarded/7/", {"proof_of_identity": "guessed"})

    (entry,) = AuditEntry.objects.for_organisation(agency)
    assert (entry.action, entry.target_id) == ("sign_in_failed", agent.pk)
