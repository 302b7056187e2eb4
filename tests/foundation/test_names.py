"""Names in every script are taken as they are written, and turn nothing around."""

import pytest
from django.core.exceptions import ValidationError

from foundation.name_field import NameField

NAMES = (
    "Siân Hughes", "Łukasz Wójcik", "Nguyễn Thị Minh", "O’Brien-Smith", "Þóra Ægisdóttir",
    "山田 太郎", "محمد العلي", "علی‌رضا کریمی", "শ্রী রায়", "കൃഷ്ണന്‍", "ශ්‍රී ලංකා", "חיים כהן", "Ωμέγα Ζ",
    "ꦱꦸꦫꦏꦂꦠ", "ᏣᎳᎩ",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_kept_as_it_is(name):
    assert NameField().clean(name) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("山田\u3000太郎", "山田 太郎"),  # the space of a Japanese keyboard
        ("Siân\u00a0Hughes ", "Siân Hughes"),
        ("\u200fمحمد\u200e", "محمد"),  # as it comes along with a copied text
    ],
)
def test_spaces_are_plain_ones_and_marks_of_direction_stay_behind(typed, name):
    assert NameField().clean(typed) == name


@pytest.mark.parametrize(
    "name",
    ["Pri\u202eya", "Ada\nByrne", "Ada\x00", "Ada\u2066", "A\u200dda", "\u200dAda", "Ada\u00adm"],
)
def test_what_breaks_a_line_turns_a_text_or_hides_is_refused(name):
    with pytest.raises(ValidationError):
        NameField().clean(name)


def test_who_types_from_the_right_sees_it_so():
    assert NameField().widget.attrs["dir"] == "auto"
