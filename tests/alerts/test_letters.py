"""A letter about a lead, as text and as HTML: what stands where, and what it must not hold."""

import re
from html.parser import HTMLParser

import pytest

from organisations.models import Letter
from sift_site.alerts import watching
from tests.alerts.conftest import HOT, wants

pytestmark = pytest.mark.django_db

WORDS = "I’d like to see 4 Elm Road."
FETCHES = ("img", "link", "script", "iframe", "video", "audio", "object", "embed", "form")


class Walk(HTMLParser):
    """The elements of a letter, its links and its words, without what stands in its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.links, self.texts, self.attributes = [], {}, [], []
        self._link, self._in_style = None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self._in_style = tag == "style"
        if tag == "a":
            self._link = dict(attrs)["href"]

    def handle_endtag(self, tag):
        self._link = None if tag == "a" else self._link
        self._in_style = False

    def handle_data(self, data):
        text = " ".join(data.split())
        if text and not self._in_style:
            self.texts.append(text)
            if self._link:
                self.links[text] = self._link


@pytest.fixture
def letter(chat, written, agent):
    wants(agent, "letter_of_hot_leads")
    chat(WORDS, "Can I come on Saturday?", **HOT)
    [found] = written()
    return found


def html_of(letter) -> str:
    [(html, kind)] = [(part.content, part.mimetype) for part in letter.alternatives]
    assert kind == "text/html"
    return html


def test_as_text_the_number_comes_first_and_all_that_is_to_be_known_follows(letter):
    lines = letter.body.splitlines()

    assert lines[0] == "07700 900123"
    assert lines[1].startswith("“Siân Byrne”, score ")
    order = [
        "This hot lead waits for a first contact.",
        "Buy · 3+ bed house · Didsbury",
        "up to £350k",
        f"“{WORDS}”",
        "What the score is made of:",
        "Budget: Up to £350,000",
        "Open the lead: http://testserver/leads/",
        "I take it (asks for one press there): http://testserver/take/",
        "You have this letter because you asked for it on your profile in Sift.",
        "http://testserver/settings/profile/#alerts",
    ]
    places = [letter.body.index(words) for words in order]
    assert places == sorted(places)
    assert "\n\n\n" not in letter.body
    assert "&" not in letter.body  # nothing is escaped in plain text


def test_as_html_it_says_the_same(letter):
    walk = Walk(html_of(letter))
    said = " ".join(walk.texts)

    assert walk.texts[:2] == [letter.subject, "07700 900123"]
    for words in ("“Siân Byrne”", "Didsbury", WORDS, "Up to £350,000", "Asked for a viewing"):
        assert words in said, words
    assert walk.links["07700 900123"] == "tel:+447700900123"
    assert walk.links["Open the lead"] in letter.body
    assert walk.links["I take it"] in letter.body


def test_it_fetches_nothing_and_reads_well_in_the_dark(letter):
    html = html_of(letter)
    walk = Walk(html)

    assert not set(FETCHES) & set(walk.tags)
    assert not {"style", "src", "background"} & set(walk.attributes)
    assert "url(" not in html
    assert "@import" not in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def test_it_says_where_such_letters_are_switched_off(letter):
    assert letter.extra_headers["List-Unsubscribe"] == (
        "<http://testserver/settings/profile/#alerts>"
    )
    assert "List-Unsubscribe: <http" in letter.message().as_string()


def test_other_letters_stay_as_they_were(client, agent, letters_of):
    _, [reset] = letters_of(lambda: client.post("/password-reset/", {"email": agent.email}))

    assert not reset.alternatives
    assert "List-Unsubscribe" not in reset.extra_headers


def test_what_a_stranger_says_makes_no_link_no_markup_and_no_header(chat, written, agent):
    wants(agent, "letter_of_hot_leads")
    evil = "<b>Ann</b> https://evil.example/x www.evil.example"
    chat(
        f"{evil}\nBcc: all@example.com",
        "Hello",
        **HOT | {"name": evil, "area": evil, "phone": None},
    )

    [letter] = written()

    walk = Walk(html_of(letter))
    assert "b" not in walk.tags
    hrefs = set(walk.links.values())
    assert all(href.startswith(("http://testserver/", "mailto:sian@")) for href in hrefs), hrefs
    for text in (letter.body, " ".join(walk.texts), letter.subject):
        assert not re.search(r"evil\.example", text), text
    assert "\n" not in letter.subject
    assert letter.recipients() == [agent.email]


def test_a_lead_without_a_number_is_told_by_its_email(chat, written, agent):
    wants(agent, "letter_of_hot_leads")
    chat("Hello", **HOT | {"phone": None})

    [letter] = written()

    assert letter.body.splitlines()[0] == "sian@example.com"
    assert Walk(html_of(letter)).links["sian@example.com"] == "mailto:sian@example.com"


def test_its_words_are_encrypted_in_the_outbox_until_it_is_sent(chat, agent):
    wants(agent, "letter_of_hot_leads")
    chat(WORDS, **HOT)
    while watching.do_one():
        pass

    [letter] = Letter.objects.all()
    assert "Elm Road" not in letter.encrypted_words
    assert "Elm Road" in letter.words.html
