"""Characters drawn from a seed: the same again from the same seed, and as good as any others."""

from collections import Counter

import pytest

from foundation.drawing import drawn, new_seed

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_the_same_seed_gives_the_same_text_for_the_same_use_alone():
    seed = new_seed()

    assert drawn(seed, "key", ALPHABET, 32) == drawn(seed, "key", ALPHABET, 32)
    assert drawn(seed, "key", ALPHABET, 32) != drawn(seed, "code", ALPHABET, 32)
    assert drawn(seed, "key", ALPHABET, 32) != drawn(new_seed(), "key", ALPHABET, 32)


@pytest.mark.parametrize("length", [1, 24, 32])
def test_the_text_is_as_long_as_was_asked_and_of_the_alphabet(length):
    text = drawn(new_seed(), "key", ALPHABET, length)

    assert len(text) == length
    assert set(text) <= set(ALPHABET)


def test_every_character_comes_about_equally_often_in_every_place():
    texts = [drawn(n.to_bytes(32, "big"), "key", ALPHABET, 32) for n in range(6_200)]

    for place in (0, 15, 31):
        counts = Counter(text[place] for text in texts)
        assert len(counts) == 62
        assert all(50 < number < 160 for number in counts.values())  # 100 each, six sigma
