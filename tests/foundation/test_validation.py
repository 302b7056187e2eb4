"""Bodies from outside: good ones become Structs, of bad ones every fault is named."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import pytest
from django.db.models import TextChoices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from foundation.validation import MOST_FAULTS, Fault, Faulty, decode


class Role(TextChoices):
    USER = "user"
    ASSISTANT = "assistant"


class Line(msgspec.Struct, forbid_unknown_fields=True):
    role: Role
    content: Annotated[str, Meta(min_length=1, max_length=60)]


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    least: Annotated[int, Meta(ge=0, le=50)] | None = None
    most: Annotated[int, Meta(ge=0, le=50)] | None = None
    viewing: bool = False

    def __post_init__(self):
        if self.least is not None and self.most is not None and self.least > self.most:
            raise Faulty([Fault("least", "must not be above most")])


class Letter(msgspec.Struct, forbid_unknown_fields=True):
    sent_at: Annotated[datetime, Meta(tz=True)]
    lines: Annotated[list[Line], Meta(min_length=1, max_length=2000)]
    language: Annotated[str, Meta(pattern="^[a-z]+$", description="a code such as en")] = "en"
    wish: Wish | None = None


GOOD = {
    "sent_at": "2026-06-01T09:30:00Z",
    "lines": [{"role": "user", "content": "Hello"}],
    "language": "cy",
    "wish": {"least": 1, "most": 3, "viewing": True},
}


def faults_of(body: object) -> dict[str, str]:
    raw = body if isinstance(body, bytes | str) else msgspec.json.encode(body)
    with pytest.raises(Faulty) as caught:
        decode(Letter, raw)
    return {fault.field: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize("form", [bytes, bytes.decode])
def test_a_good_body_becomes_its_struct(form):
    letter = decode(Letter, form(msgspec.json.encode(GOOD)))

    assert letter == Letter(
        sent_at=datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
        lines=[Line("user", "Hello")],
        language="cy",
        wish=Wish(1, 3, True),
    )


def test_every_fault_is_named_with_what_is_accepted():
    faults = faults_of(
        {
            "lines": [{"role": "vistor", "content": ""}, {"role": "user"}, 7],
            "language": "EN",
            "wish": {"least": "three", "most": 51, "viewing": 1, "garden": True},
            "sender": "me",
        }
    )

    assert faults == {
        "sent_at": "is required: a time with a zone, such as 2026-06-01T09:30:00Z",
        "lines[0].role": 'must be one of assistant, user, not "vistor"',
        "lines[0].content": 'must be text of 1 to 60 characters, not ""',
        "lines[1].content": "is required: text of 1 to 60 characters",
        "lines[2]": "must be an object, not 7",
        "language": 'must be a code such as en, not "EN"',
        "wish.least": 'must be a whole number from 0 to 50 or null, not "three"',
        "wish.most": "must be a whole number from 0 to 50 or null, not 51",
        "wish.viewing": "must be true or false, not 1",
        "wish.garden": "is not accepted here; known are least, most, viewing",
        "sender": "is not accepted here; known are sent_at, lines, language, wish",
    }


def test_a_whole_number_spelled_as_another_is_shown_as_it_was_sent():
    faults = faults_of(GOOD | {"wish": {"least": 5.0, "most": 1e30}})

    assert faults == {
        "wish.least": "must be a whole number from 0 to 50 or null, not 5.0",
        "wish.most": "must be a whole number from 0 to 50 or null, not 1e+30",
    }


def test_members_that_disagree_are_named_beside_other_faults():
    faults = faults_of(GOOD | {"wish": {"least": 4, "most": 2}, "language": 1})

    assert faults == {
        "wish.least": "must not be above most",
        "language": "must be a code such as en, not 1",
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "must be JSON, which it is not at character 0: Expecting value"),
        (b'{"sent_at": ', "must be JSON, which it is not at character 12: Expecting value"),
        (b"[]", "must be an object, not a list"),
        (b"null", "must be an object, not null"),
        (b'{"wish": NaN}', "must be JSON, which has no NaN"),
        (b'{"wish": -Infinity}', "must be JSON, which has no -Infinity"),
        (b'{"language": "\xff"}', "must be UTF-8, which it is not at byte 14"),
        (b'{"language": "\xed\xa0\x80"}', "must be UTF-8, which it is not at byte 14"),
        (b"[" * 100_000, "must be JSON that is not nested as deep as this"),
        (b'{"wish":' * 100_000, "must be JSON that is not nested as deep as this"),
        (b'{"a\x00b": 1}', "must be JSON, which it is not at character 3: "),
    ],
)
def test_what_is_no_object_of_json_is_a_fault_of_the_body(raw, message):
    assert faults_of(raw)["body"].startswith(message)


@pytest.mark.parametrize(
    "time", ["2026-06-01T09:30:00", "2026-06-01", "yesterday", "2026-02-30T00:00:00Z", 1780306200]
)
def test_a_time_has_a_zone_and_is_one(time):
    assert list(faults_of(GOOD | {"sent_at": time})) == ["sent_at"]


def test_a_time_may_have_any_zone():
    letter = decode(Letter, msgspec.json.encode(GOOD | {"sent_at": "2026-06-01T10:30:00+01:00"}))

    assert letter.sent_at == datetime(2026, 6, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("number", ["1e3", "2.5", "1" * 30, "1" * 5000, "-1", "1e400", "true"])
def test_a_number_out_of_range_or_not_whole_is_a_fault(number):
    raw = msgspec.json.encode(GOOD).decode().replace('"least":1', f'"least":{number}')

    assert list(faults_of(raw)) == ["wish.least"]


def test_a_nul_character_is_refused_but_its_escaped_spelling_is_text():
    nul = rb'{"role":"user","content":"a\u0000b"}'
    text = rb'{"role":"user","content":"a\\u0000b"}'
    start = b'{"sent_at":"2026-06-01T09:30:00Z","lines":['

    assert faults_of(start + nul + b"]}") == {
        "lines[0].content": "must not hold a NUL character (U+0000)"
    }
    assert decode(Letter, start + text + b"]}").lines[0].content == r"a\u0000b"


def test_half_a_surrogate_pair_is_refused_and_a_whole_one_taken():
    start = rb'{"sent_at":"2026-06-01T09:30:00Z","lines":[{"role":"user","content":"'

    assert faults_of(start + rb'\ud83d"}]}') == {
        "lines[0].content": "must not hold half a surrogate pair (\\ud83d)"
    }
    assert decode(Letter, start + rb'\ud83d\ude00"}]}').lines[0].content == "😀"


def test_an_unknown_member_is_named_in_print_that_harms_nobody():
    assert list(faults_of(rb'{"a\u001b[2J\ud800": 1}'))[-1] == r"a\x1b[2J\ud800"


def test_a_body_of_nothing_but_faults_is_answered_by_a_bounded_list():
    faults = faults_of(GOOD | {"lines": [{}] * 2000})

    assert len(faults) == MOST_FAULTS + 1
    assert faults["body"] == "has more faults than these, which are left out"


def test_a_list_of_wrong_length_is_one_fault():
    assert faults_of(GOOD | {"lines": []}) == {
        "lines": "must be a list of 1 to 2,000 items, not 0 items"
    }
    assert list(faults_of(GOOD | {"lines": [1] * 2001})) == ["lines"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


# A busy machine can take seconds over the first input; that says nothing about decode().
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(st.sampled_from([*GOOD, "other"]), json_values)
    | st.fixed_dictionaries({name: st.just(value) | json_values for name, value in GOOD.items()})
)
def test_no_json_at_all_raises_anything_but_faults(body):
    raw = msgspec.json.encode(body)
    try:
        letter = decode(Letter, raw)
    except Faulty as faulty:
        named = str(faulty)
    else:
        named = None
        assert letter == msgspec.json.decode(raw, type=Letter)

    # Whatever msgspec refuses, the walk has found and put into words of its own.
    assert named is None or "cannot be taken" not in named
    assert named != ""


@given(st.binary())
def test_no_bytes_at_all_raise_anything_but_faults(raw):
    with pytest.raises(Faulty):
        decode(Letter, raw)
