"""An agency's hours, as its rows have them."""

from organisations.hours.bank_holidays import bank_holidays
from organisations.hours.opening import OpeningHours
from organisations.models import Organisation, SpecialDay
from organisations.models.opening_hours import WEEKDAYS


def hours_of(organisation: Organisation) -> OpeningHours:
    """They, in one statement: the week came with the agency."""
    special = SpecialDay.objects.filter(organisation=organisation)
    return OpeningHours(
        week=[getattr(organisation, day) for day in WEEKDAYS],
        special=dict(special.values_list("day", "minutes")),
        bank_holidays=bank_holidays(organisation.nation),
    )
