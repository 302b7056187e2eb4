"""What the overview costs the database, period by period."""

from bench.explain.cost import Cost, cost_of
from bench.explain.report import Report
from foundation.days import today
from organisations.models import Organisation, User
from sift_site.overview.figures import Overview
from sift_site.overview.periods import Period
from sift_site.overview.views import waiting_and_due


def show(organisation: Organisation, report: Report) -> None:
    """Each period as the organisation's first member sees it."""
    people = User.objects.filter(organisation=organisation).select_related("organisation")
    person = people.earliest("created_at", "id")
    report.table("period", "statements", "database, ms")
    for period in Period:
        cost = _cost(person, period)
        report.row(period.label, len(cost.plans), cost)
        report.keep(period.label, cost)


def _cost(person: User, period: Period) -> Cost:
    """Of all that the page reads beside the session and the person."""

    def read() -> None:
        counted = Overview(person.organisation, period, today())
        counted.charts()
        waiting_and_due(person, counted)

    _, cost = cost_of(read)
    return cost
