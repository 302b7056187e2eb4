"""A budget is read as it was meant, or refused; never a thousandth of it."""

import pytest
from django.core.exceptions import ValidationError

from leads.pages.pounds import PoundsField


@pytest.mark.parametrize(
    "typed",
    [
        "350000", "350,000", "350.000", "350 000", "350\u00a0000", "350’000", "£350,000",
        "£ 350000", "350k", "350K", "350 k", "£350k", "0.35m", "350,000.00", "350000.00",
    ],
)  # fmt: skip
def test_each_way_of_writing_a_budget_is_the_same_sum(typed):
    assert PoundsField().clean(typed) == 350_000


@pytest.mark.parametrize(
    ("typed", "pounds"),
    [("£1.25m", 1_250_000), ("1.250.000", 1_250_000), ("950", 950), ("1,250", 1_250), ("0", 0)],
)
def test_small_and_great_sums_are_read_likewise(typed, pounds):
    assert PoundsField().clean(typed) == pounds


@pytest.mark.parametrize(
    "typed",
    ["350.00.000", "35,0000", "3,50", "350.5", "350,000.000", "1.250,000", "0.0005k", "k", "350kk",
     "350k-400k", "about 350k", "350 thousand", "£", "9" * 5000, "3e5"],
)  # fmt: skip
def test_what_may_mean_two_things_or_none_is_refused(typed):
    with pytest.raises(ValidationError):
        PoundsField().clean(typed)
