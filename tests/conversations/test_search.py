"""What finds a conversation, which message is the hit, and that no other agency's is looked at."""

import pytest

from conversations.models import Conversation, Message
from conversations.search import MOST_BYTES, best_message, document, parts
from foundation.database.lexemes import Matches
from tests.factories import make_conversation, make_message

pytestmark = pytest.mark.django_db


def talk(organisation, *contents, **fields) -> Conversation:
    conversation = make_conversation(organisation, **fields)
    for content in contents:
        make_message(conversation, content=content)
    return conversation


def query(organisation_id, text, languages=()) -> str | None:
    return " & ".join(parts(organisation_id, text, languages)) or None


def found(organisation, text="", languages=()) -> list[Conversation]:
    asked = query(organisation.id, text, languages)
    return list(Conversation.objects.for_organisation(organisation).filter(Matches(asked)))


@pytest.mark.parametrize(
    "text",
    [
        "garden", "GARD", "houseboat", "Emile", "émi", "obrien", "O'Brien", "O’Brien", "brien",
        "garden houseboat", "houseboat, garden!", "07700", "شقة", "شق", "Zolk", "im", "foo_bar",
    ],
)  # fmt: skip
def test_it_is_found_by_beginnings_of_its_words_wherever_in_it_they_were_said(agency, text):
    wanted = talk(
        agency,
        "A flat with a GARDEN, or a house\u200bboat? I'm Émile O’Brien Żółkowski",
        "My number is 07700 900123, foo_bar. أبحث عن شَقّة",
    )
    talk(agency, "Something else")

    assert found(agency, text) == [wanted]


@pytest.mark.parametrize("text", ["arden", "garden castle", "gardens", "900124"])
def test_what_was_not_said_finds_nothing(agency, text):
    talk(agency, "A garden, please: 07700 900123")

    assert found(agency, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "LS6", "LS6 2AB", "ls62ab", "M1 1AA", "m11aa", "+44 7700 900123", "07700900123", "yilmaz",
        "hamrun", "OMalley", "O´Malley", "<ada@example.com>", "mailto:ada@example.com", "ada@",
    ],
)  # fmt: skip
def test_it_is_found_by_what_people_type_and_paste(agency, text):
    wanted = talk(
        agency,
        "I am Yılmaz O’Malley of Ħamrun, near LS6 2AB or M11AA",
        "Call 07700 900 123 or write to ada@example.com.",
    )
    talk(agency, "LS7 2AB, M2 1AA, 07700 900 124, ben@example.com")

    assert found(agency, text) == [wanted]


def test_any_of_the_languages_will_do_in_whatever_case(agency):
    polish = talk(agency, "Dom", languages_used=["pl", "en"])
    brazilian = talk(agency, "Casa", languages_used=["pt-BR"])
    talk(agency, "House", languages_used=["en"])

    assert set(found(agency, "", ["pl", "PT-br"])) == {polish, brazilian}
    assert found(agency, "casa", ["pl"]) == []


def test_another_agencys_hits_are_not_even_candidates(agency, other_agency):
    ours, theirs = talk(agency, "A garden"), talk(other_agency, "A garden")

    candidates = Conversation.objects.filter(Matches(query(agency.id, "garden")))

    assert list(candidates) == [ours]
    assert found(other_agency, "garden") == [theirs]


@pytest.mark.parametrize(
    "text",
    ["'", "\\", "a'b", "\\'", "'a' | 'b'", "a:*", "!garden", "(garden", "a\\':*b", "&", "☂"],
)
def test_what_means_something_to_postgresql_is_taken_as_words(agency, text):
    talk(agency, f"Say {text} please")

    asked = query(agency.id, text)

    assert asked is None or list(Conversation.objects.filter(Matches(asked)))


def test_the_hit_is_the_message_in_which_most_of_the_words_first_fall(agency):
    contents = ["a garden", "a house", "house with garden", "parking and a garage", "goodbye"]
    stored = talk(agency, *contents)
    stored = Conversation.objects.values_list("search", flat=True).get(id=stored.id)

    assert best_message(stored, agency.id, ["parking", "garage"]) == 3
    assert best_message(stored, agency.id, ["garden"]) == 0
    assert best_message(stored, agency.id, ["garden", "goodbye"]) == 4
    assert best_message(stored, agency.id, ["castle"]) is None


def test_more_words_than_a_vector_holds_are_taken_in_as_far_as_they_fit(agency):
    words = [f"{n:06}{'ж' * 70}" for n in range(9000)]
    contents = [" ".join(words[n : n + 100]) for n in range(0, 9000, 100)]
    assert sum(len(word.encode()) for word in words) > MOST_BYTES

    wanted = talk(agency)
    Message.objects.bulk_create(
        Message(organisation=agency, conversation=wanted, position=n, role="user", content=content)
        for n, content in enumerate(contents)
    )
    wanted.sum_up()

    assert found(agency, "008950") == [wanted]
    assert found(agency, "000000") == []


def test_a_word_without_end_is_found_by_its_beginning(agency):
    wanted = talk(agency, "x" * 20_000, "ж" * 20_000)

    assert found(agency, "x" * 500) == [wanted]
    assert found(agency, "жж") == [wanted]


def test_a_vector_spells_each_word_once_with_the_first_message_that_has_it(agency):
    text = document(agency.id, ["one two", "two three"], ["en"])

    assert sorted(word.rpartition(":")[2] for word in text.split() if "language" not in word) == [
        "1",
        "1",
        "2",
    ]
