"""Text that was written to cost much: whatever reads it takes as long as the text is, no longer.

The steps that Python counts and what C does in one of them are both looked at, for every function
of ours to which a stranger's text comes, at the length at which it comes there or a longer one.
"""

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

import conversations.search
from apikeys import keys, networks
from conversations import languages, marking
from conversations.csv_import import columns, rows
from conversations.csv_import import reading as csv_reading
from conversations.intake import letters, mail
from conversations.intake.enquiry import EnquiryForm, came_from
from conversations.intake.mime import read_mime
from conversations.intake.plain import storable
from conversations.intake.portals import enquirer_of
from conversations.intake.postmark import read_postmark
from conversations.intake.sms import read_sms
from conversations.intake_format import ReceivedConversation
from foundation import emails, links, name_field, plain_text, validation, words
from foundation import names as called
from foundation.ids import parse_uuid
from foundation.lists import csv_files
from foundation.mail import names
from foundation.web import client_addresses, user_agents
from leads import phone_search, phones, search, wording
from leads.models import Lead
from leads.pages.corrections_form import FactForm
from leads.pages.erasure import EraseForm
from leads.pages.list_url import list_query
from leads.pages.note_form import NoteForm
from leads.pages.pounds import PoundsField
from leads.reading import areas as reading_areas
from leads.reading import (
    areas_known,
    bedrooms,
    chain,
    clauses,
    contacts,
    financing,
    intent,
    money,
    plain,
    property_types,
    schemes,
    stamp_duty,
    timelines,
    viewing,
)
from leads.reading import heard as reading_heard
from leads.reading import languages as reading_languages
from leads.reading import rules as reading_rules
from organisations.account_emails import account_key
from organisations.agency.forms import CloseForm
from organisations.hours import words as hours_words
from organisations.models import Organisation, User
from organisations.signing_in import two_step
from sift_site.api import answers, bodies, parameters, times
from sift_site.api.http import ApiRequest
from sift_site.serving import log_faults, log_lines, proxies
from tests.growth import steps_are_linear, time_is_linear
from webhooks import destinations, waits

AGENCY = Organisation(id=UUID(int=5), name="Harbour & Vale", slug="harbour")
PERSON = User(organisation=AGENCY, email="ada@example.com", name="Ada Byrne")
LOOKED_FOR = ("e", "ls62ab", "+7700900123", "'a")

ACUTE, CEDILLA = "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING CEDILLA}"
HALVES = "half surrogates"
WHERE_HALVES_COME = ("foundation.validation",)  # JSON may have them
# What a module imports that looks into text, or reads what others wrote by a form of its own.
LOOKING = {
    *("re", "unicodedata", "difflib", "textwrap", "django.utils.text"),
    *("csv", "email", "email.utils", "lxml.etree", "quotequail", "phonenumbers", "httpx"),
}
ROOT = Path(__file__).parents[2]

# Pieces of some 240 characters, which are repeated.
HOSTILE = {
    "marks that change places": ("e" + (ACUTE + CEDILLA) * 120),
    "marks alone": (ACUTE + CEDILLA) * 120,
    "one mark": ACUTE * 240,
    "marks that come apart": "\u0f73\u0f75\u0344" * 80,
    "marks in disguise": "\uffc2\uff9e\u0301\uff9e" * 60,
    "marks between what is not seen": ((ACUTE + CEDILLA) * 14 + "\u200d\u00ad") * 8,
    "letters that come apart": "\ufdfa\u1e69\u0390" * 80,
    "opened and never closed": "<" * 240,
    "tags": "<b a='" * 40,
    "addresses of addresses": "http://" * 34,
    "addresses": "https://a.b/).,!?" * 14,
    "mailto of mailto": "mailto:" * 34,
    "marked and no address": "<a mailto:b " * 20,
    "at signs": "@" * 240,
    "half e-mails": "a@" * 120,
    "e-mails of dots": "a@b.c." * 40,
    "digits and dashes": "07700-900 " * 24,
    "digits alone": "7" * 240,
    "numbers without an end": "1_ 2_ " * 40,
    "brackets of numbers": "+44 (0)(" * 30,
    "labels of numbers": " no. mobile (x" * 17,
    "extensions": " ext. ext=" * 24,
    "postcodes": "ls6 2a ls62ab " * 17,
    "spaces": " " * 240,
    "spaces of all kinds": "\u2003\t\u00a0\u3000\n" * 48,
    "turning": "\u202e\u2067\u200f" * 80,
    "unseen": "\u200b" * 240,
    "one huge word": "a" * 240,
    "many short words": "a b e " * 40,
    "capitals": "İSſK" * 60,
    "apostrophes": "'a’" * 80,
    "fractions": "½" * 240,
    HALVES: "\ud800a" * 120,
    "quotes and commas": '",;\\"=' * 40,
    "percents": "%25%73k_live_" * 18,
    "beginnings of keys": "sk_live_" * 30,
    "ideographs": "\u6f22\ud7a3\U0001f469" * 80,
    "joined": "\U0001f469\u200d" * 120,
    "sums without an end": "£1,250k to 300k or " * 13,
    "bedrooms to bedrooms": "2 or 3 or 4 bed room " * 12,
    "wishes and denials": "not looking for my 2 bed flat to " * 8,
    "months and weeks": "by the end of next march in 2 " * 8,
    "sales and chains": "we have our own house to sell in a " * 7,
    "dips that are waited for": "waiting for the bank for a dip have not " * 6,
    "visits that are asked for": "would like to book the visit to see it " * 6,
}  # fmt: skip


PORTAL = letters.Person("A portal", "x@rightmove.co.uk")


def document(text: str) -> None:
    lead = Lead(name=text, email=f"x@<{text}", phone=text, area=text, summary=text)
    search.document(AGENCY.id, lead, source="chat", score=None)


def received(text: str) -> None:
    conversation = {
        "channel": text, "language": text, "started_at": text, text: text,
        "lead": {"name": text, "email": text, "phone": text, "intent": text, text: text},
        "messages": [{"role": text, "content": text, "created_at": text}],
    }  # fmt: skip
    with suppress(validation.Faulty):
        validation.decode(ReceivedConversation, json.dumps(conversation))


def many_members(text: str) -> None:
    body = json.dumps({f"{place}{letter}": 0 for place, letter in enumerate(text)})
    validation.refuse_repeated_members(body.encode())


def refused(act: Callable[[str], object], *faults: type[Exception]) -> Callable[[str], None]:
    """The act, to which a refusal is as good as a result."""

    def take(text: str) -> None:
        with suppress(*faults):
            act(text)

    return take


def read_row(text: str) -> object:
    """A row of a file that somebody brings in, each cell the text."""
    fields = ("name", "email", "phone", "budget_max", "bedrooms_min", "started_at", "summary")
    reader = rows.RowReader(fields, "website", "leads.csv", datetime(2026, 6, 1, tzinfo=UTC))
    return reader.read(1, ["Ada", *[text] * (len(fields) - 1)])


def csv_rows(content: bytes) -> Iterable[tuple[int, list[str]]]:
    """The rows of a file that somebody brings in, its shape found out first."""
    shape = csv_reading.shape_of(content)
    csv_reading.count_rows(content, shape)
    return csv_reading.rows_of(content, shape.encoding, shape.separator)


def in_environment(name: str, act: Callable[[ApiRequest], object]) -> Callable[[str], object]:
    """The act on a request that has the text there, as a WSGI server hands it over."""

    def take(text: str) -> None:
        said = text.encode("utf-8", "replace").decode("latin-1")
        act(ApiRequest({"REQUEST_METHOD": "GET", name: said}))

    return take


KNOWN = areas_known.known_areas(["Leeds", "A b e", "Ls6", "E a", "Mobile"])


def heard(text: str) -> reading_heard.Heard:
    """The text as a visitor's message, and as the assistant's question before it."""
    return reading_heard.Heard(text, text, date(2026, 6, 10), KNOWN)


def by_rules(rules: Callable[[reading_heard.Heard], Iterable[object]]) -> Callable[[str], object]:
    """All that these rules read, as if the text were English whatever it is."""

    def take(text: str) -> None:
        said = heard(text)
        said.__dict__["is_english"] = True
        list(rules(said))

    return take


# What is read of a visitor's message, which reading.py reads so far and no further.
READING = {
    "areas read": by_rules(reading_areas.read),
    "areas_known known_areas": lambda text: areas_known.known_areas([text])._by_words,
    "bedrooms read": by_rules(bedrooms.read),
    "chain read": by_rules(chain.read),
    "clauses sentence": lambda text: clauses.sentence(text, len(text) // 2, len(text) // 2),
    "contacts read_phone": by_rules(contacts.read_phone),
    "contacts read_email": by_rules(contacts.read_email),
    "financing read": by_rules(financing.read),
    "heard is_yes": lambda text: [heard(text).is_yes, heard(text).is_no, heard(text).answer],
    "intent read": by_rules(intent.read),
    "languages is_english": reading_languages.is_english,
    "money read": by_rules(money.read),
    "plain plainly": lambda text: plain.last_question(plain.plainly(text)),
    "property_types read": by_rules(property_types.read),
    "rules read_by": by_rules(lambda said: reading_rules.read_by(said, "intent", intent.RULES)),
    "schemes read": by_rules(schemes.read),
    "stamp_duty read": by_rules(stamp_duty.read),
    "timelines read": by_rules(timelines.read),
    "viewing read": by_rules(viewing.read),
}

# Each function to which a stranger's text comes, by its module.
ACTS: dict[str, Callable[[str], object]] = {
    "foundation.words fold": words.fold,
    "foundation.words stored": words.stored,
    "foundation.words asked": words.asked,
    "foundation.words may_have": lambda text: words.may_have(text, LOOKED_FOR),
    "foundation.words places": lambda text: [*words.places(text, LOOKED_FOR)],
    "foundation.words national": words.national,
    "foundation.plain_text seen": plain_text.seen,
    "foundation.plain_text few_marks": plain_text.few_marks,
    "foundation.plain_text shortened": lambda text: plain_text.shortened(text, 120),
    "foundation.plain_text bare": plain_text.bare,
    "foundation.emails email_key": emails.email_key.__wrapped__,
    "foundation.emails bare_address": emails.bare_address,
    "foundation.links linked": links.linked,
    "foundation.names is_name": lambda text: called.is_name(called.as_name(text)),
    "foundation.name_field clean": refused(name_field.NameField().clean, ValidationError),
    "foundation.lists.csv_files plain": csv_files.plain,
    "foundation.mail.names quoted": names.quoted,
    "foundation.ids parse_uuid": parse_uuid,
    "foundation.web.user_agents in_plain_words": user_agents.in_plain_words,
    "foundation.web.client_addresses read_address": client_addresses.read_address.__wrapped__,
    "foundation.validation decode": received,
    "foundation.validation refuse_repeated_members": many_members,
    "leads.phones parts_of": phones.parts_of,
    "leads.phones phone_key": phones._dialled.__wrapped__,
    "leads.phones shown": phones.shown,
    "leads.phone_search asked": phone_search.asked,
    "leads.phone_search stored": lambda text: [*phone_search.stored(text)],
    "leads.phone_search numbers_apart": phone_search.numbers_apart,
    "leads.search document": document,
    "leads.search query": lambda text: search.query(AGENCY.id, text, {}),
    "leads.wording more_wanted": lambda text: wording.more_wanted(Lead(summary=text)),
    "leads.wording e_mail_link": lambda text: wording.e_mail_link(Lead(email=text)),
    "leads.wording telephone_link": lambda text: wording.telephone_link(Lead(phone=text)),
    "leads.wording value_in_words": lambda text: wording.value_in_words("status", text),
    "leads.pages.erasure": lambda text: EraseForm(Lead(name="Ada"), {"typed": text}).is_valid(),
    "leads.pages.corrections_form": lambda text: FactForm(
        dict.fromkeys(FactForm.base_fields, text)
    ).is_valid(),
    "leads.pages.pounds clean": refused(PoundsField().clean, ValidationError),
    "leads.pages.note_form": lambda text: NoteForm({"text": text}).is_valid(),
    "leads.pages.list_url list_query": lambda text: list_query(f"q={text}&{text}"),
    "conversations.marking shown": lambda text: marking.shown(text, LOOKED_FOR),
    "conversations.marking hit": lambda text: marking.hit(text, LOOKED_FOR),
    "conversations.search document": lambda text: conversations.search.document(
        AGENCY.id, [text, text], ["en"]
    ),
    "conversations.search parts": lambda text: conversations.search.parts(AGENCY.id, text),
    "conversations.search best_message": lambda text: conversations.search.best_message(
        conversations.search.document(AGENCY.id, [text], []), AGENCY.id, LOOKED_FOR
    ),
    "conversations.intake.plain storable": lambda text: storable(text, 20_000),
    "conversations.intake.letters parted": letters.parted,
    "conversations.intake.letters text_of_html": letters.text_of_html,
    "conversations.intake.mime read_mime": refused(
        lambda text: read_mime(f"From: {text}\r\n\r\n{text}".encode("utf-8", "replace")),
        letters.Unreadable,
    ),
    "conversations.intake.sms read_sms": lambda text: read_sms(
        MultiValueDict({name: [text] for name in ("Body", "From", "MessageSid", "NumMedia")})
    ),
    "conversations.intake.mail read_letter": lambda text: mail.read_letter(
        letters.Letter({"references": text}, letters.person_of(text), subject=text, text=text), b""
    ),
    "conversations.intake.mail is_automatic": lambda text: mail.is_automatic(
        letters.Letter(dict.fromkeys(("auto-submitted", "precedence"), text), PORTAL)
    ),
    "conversations.intake.portals enquirer_of": lambda text: enquirer_of(
        letters.Letter({}, letters.person_of(text), text=text)
    ),
    "conversations.languages name_of": languages.name_of,
    "conversations.languages language_of": lambda text: languages.language_of(text, ["ar", "en"]),
    "organisations.account_emails": account_key,
    "organisations.agency.forms": lambda text: CloseForm(AGENCY, {"typed": text}).is_valid(),
    "organisations.signing_in.password_rules": refused(
        # Twice, so that each is longer than what is looked at: shorter ones differ in their kind.
        lambda text: validate_password(2 * text, PERSON), ValidationError
    ),
    "organisations.signing_in.two_step": two_step._is_code,
    "organisations.hours.words read": refused(hours_words.read, hours_words.NotUnderstood),
    "apikeys.keys masked": keys.masked,
    "apikeys.keys is_well_formed": keys.is_well_formed,
    "apikeys.networks read_networks": refused(networks.read_networks, networks.Misread),
    "webhooks.waits asked_for": lambda text: waits.asked_for(text, datetime.now(UTC)),
    "webhooks.destinations checked_url": refused(
        lambda text: destinations.checked_url(f"https://{text}.example.com/{text}?{text}"),
        destinations.Refused,
    ),
    "sift_site.api.times parse": refused(times.parse, ValueError),
    "sift_site.api.parameters query_of": in_environment("QUERY_STRING", parameters.query_of),
    "sift_site.api.bodies content type": bodies._is_json.__wrapped__,
    "sift_site.api.answers not_modified": in_environment(
        "HTTP_IF_NONE_MATCH", lambda request: answers.not_modified(request, '"1"')
    ),
    "sift_site.serving.log_faults message": lambda text: log_faults.message(ValueError(text)),
    "conversations.intake.enquiry": lambda text: EnquiryForm(
        dict.fromkeys(EnquiryForm.base_fields, text) | came_from(QueryDict(), text)
    ).is_valid(),
    "conversations.intake.postmark read_postmark": lambda text: read_postmark(
        json.dumps({"From": text, "TextBody": text, "Headers": [{"Name": text}]}).encode()
    ),
    "conversations.csv_import.reading": refused(
        lambda text: [*csv_rows(text.encode("utf-8", "replace"))], csv_reading.Unreadable
    ),
    "conversations.csv_import.columns guess": lambda text: columns.guess([text]),
    "conversations.csv_import.rows read": refused(read_row, rows.Rejected),
    "sift_site.serving.log_lines without_secrets": log_lines.without_secrets,
    **{f"leads.reading.{name}": act for name, act in READING.items()},
    "sift_site.serving.proxies believe": in_environment("HTTP_X_FORWARDED_FOR", proxies.believe),
}  # fmt: skip
# Modules that look for patterns or fold, to which nothing comes but what is ours or is short.
OURS = {
    "conversations.intake.settings_forms": "an admin's own lines of 500 characters",
    "foundation.database.copying": "names of our columns",
    "foundation.database.rows": "names of our columns",
    "foundation.database.statements": "our statements",
    "foundation.web.counters": "our settings",
    "conversations.csv_import.running": "rows are written as they were read",
    "conversations.reading": "two numbers of six digits at most",
    "leads.evidence": "areas of 200 characters at most",
    "organisations.audit_chain": "a file on the command line",
    "organisations.letters.sending": "our settings",
    "organisations.management.commands.verify_audit": "a file on the command line",
    "organisations.changes.pulse": "a number of 18 digits at most",
    "organisations.signing_in.common_passwords.pack": "lists from packages",
    "organisations.signing_in.sessions": "32 characters are looked for, all at once",
    "sift_site.api.authentication": "one header, which the server keeps short",
    "sift_site.api.capture": "one header, which the server keeps short",
    "sift_site.api.gateway": "one header, which the server keeps short",
    "sift_site.audit.filters": "an id in a field of 500 characters",
    "sift_site.backups.programs": "what a program says of its version",
    "sift_site.demo.people": "made-up names",
    "sift_site.development.embedded_postgres": "PostgreSQL's log",
    "sift_site.development.postgres_home": "paths",
    "sift_site.development.releasing": "our own files",
    "sift_site.doctor.settings": "our settings",
    "sift_site.environment": "our settings",
    "sift_site.reference.code": "our samples",
    "sift_site.reference.openapi": "our routes",
    "sift_site.reference.openapi_schemas": "names of our types",
    "sift_site.reference.page": "our templates",
    "sift_site.serving.request_ids": "one header, which the server keeps short",
    "sift_site.serving.static_files": "our styles and scripts",
    "sift_site.serving.worker": "a head, which the server keeps short",
    "sift_site.watching.answering": "one header, which the server keeps short",
    "webhooks.posting": "an answer of 16 KiB, which is kept as it is",
}


@pytest.mark.parametrize("name", ACTS)
def test_no_text_takes_longer_than_its_length(name, settings):
    settings.SIFT_TRUSTED_PROXIES = 1
    act = ACTS[name]

    slow = [
        what
        for what, piece in texts_for(name)
        if not steps_are_linear(lambda times, piece=piece: act(piece * times))
        or not time_is_linear(lambda times, piece=piece: act(piece * times), small=2)
    ]

    assert slow == []


def texts_for(name: str) -> Iterator[tuple[str, str]]:
    for what, piece in HOSTILE.items():
        if what != HALVES or name.split()[0] in WHERE_HALVES_COME:
            yield what, piece


def test_whatever_looks_into_text_is_tried_or_is_not_a_strangers():
    looking = {module for module in our_modules() if looks_into_text(module)}

    assert looking <= {name.split()[0] for name in ACTS} | set(OURS)
    assert set(OURS) <= looking


def our_modules() -> Iterator[str]:
    for app in filter(Path.is_dir, (ROOT / name for name in settings.INSTALLED_APPS)):
        for file in app.rglob("*.py"):
            if "migrations" not in file.parts:
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


def looks_into_text(module: str) -> bool:
    """Whether it has patterns, or Unicode's tables, or folds, or cuts as Django does."""
    tree = ast.parse((ROOT / module.replace(".", "/")).with_suffix(".py").read_text())
    for node in ast.walk(tree):
        match node:
            case ast.Import() if any(each.name in LOOKING for each in node.names):
                return True
            case ast.ImportFrom(module=source) if source in LOOKING:
                return True
            case ast.Attribute(attr="casefold"):
                return True
    return False
