"""Nothing inline: the policy forbids it, and neither templates nor pages have it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import make_conversation, make_key, make_lead, make_message, make_user

# Letters are no pages: they bring their style along (tests/alerts/test_letters.py).
TEMPLATES = sorted(
    path for path in (settings.BASE_DIR / "templates").rglob("*.html") if "mail" not in path.parts
)
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "connect-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    "form-action 'self'",
}  # fmt: skip


class Inline(HTMLParser):
    """Collects what the policy would forbid."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within: str | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.within = tag if tag in ("script", "style") else None
        for name, value in attrs:
            handler = name.startswith(("on", "hx-on", "hx-vars")) or name == "style"
            script = (value or "").strip().lower().startswith(("js:", "javascript:"))
            condition = name == "hx-trigger" and "[" in (value or "")
            if handler or script or condition:
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag):
        self.within = None

    def handle_data(self, data):
        if self.within and data.strip():
            self.found.append(f"<{self.within}> {data.strip()[:40]}")


def test_what_is_inline_would_be_found():
    for page in (
        "<script>x</script>", "<style>x</style>", '<p style="x">', '<p onclick="x">',
        '<p hx-on::load="x">', '<p hx-headers="js:x">', '<p hx-trigger="keyup[x]">',
        '<a href="javascript:x">',
    ):  # fmt: skip
        assert Inline(page).found
    assert not Inline('<script src="a.js"></script><p class="on" hx-trigger="change">').found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline(template: Path):
    assert not Inline(template.read_text()).found
    assert "|safe" not in template.read_text()
    assert "autoescape off" not in template.read_text()


@pytest.mark.parametrize("script", sorted(Path(settings.BASE_DIR, "static").rglob("*.js")))
def test_no_script_writes_styles_or_markup(script: Path):
    assert not re.search(r"\.style\b|innerHTML|insertAdjacentHTML|eval\(", script.read_text())


def addresses(agency) -> list[str]:
    lead = make_lead(agency, name="<b>Bold</b>", score=80, status="hot")
    conversation = make_conversation(agency, lead)
    make_message(conversation, content="<script>alert(1)</script>")
    key, _ = make_key(agency)
    return [
        "/", "/leads/", f"/leads/{lead.id}/", "/conversations/",
        f"/conversations/{conversation.id}/",
        "/settings/api-keys/", f"/settings/api-keys/{key.id}/delete/", "/settings/profile/",
        "/settings/audit/", "/settings/", "/settings/team/", "/settings/close/", "/account-closed/",
        f"/settings/team/{make_user(agency).id}/deactivate/",
        f"/settings/team/{make_user(agency).id}/two-step/off/",
        "/settings/profile/password/", "/settings/profile/two-step/",
        "/leads/views/", "/leads/bulk/?act=move&to_status=lost&scope=matching",
        "/no-such-page/",
    ]  # fmt: skip


def test_every_page_carries_the_policy_and_has_nothing_inline(signed_in_admin, client, agency):
    signed_in = [signed_in_admin.get(address) for address in addresses(agency)]
    signed_in_admin.logout()

    for answer in [*signed_in, client.get("/sign-in/"), client.get("/no-such-page/")]:
        assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
        assert not Inline(answer.content.decode()).found


def test_every_page_has_one_heading_of_the_first_level_and_at_most_four_style_sheets(
    signed_in_admin, agency
):
    for address in addresses(agency):
        page = signed_in_admin.get(address).content.decode()

        assert len(re.findall(r"<h1\b", page)) == 1, address
        assert len(re.findall(r'rel="stylesheet"', page)) <= 4, address
        # But for rel="expect", which names a part of the page itself.
        fetched = re.findall(r'<(?:link rel="(?!expect)[^>]+href|script[^>]+src)=', page)
        assert len(fetched) <= 10, address


def test_a_fault_of_ours_wears_the_shell_and_tells_nothing(client, agent, monkeypatch):
    monkeypatch.setattr("leads.pages.lead_list.LeadFilterForm", lambda *_: 1 / 0)
    client.force_login(agent)
    client.raise_request_exception = False

    answer = client.get("/leads/")
    page = answer.content.decode()

    assert answer.status_code == 500
    assert "Something went wrong" in page
    assert "Amir Agent" in page
    assert "ZeroDivisionError" not in page
