"""What the plans include, and what an agency's systems make of the API that its own includes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from apikeys.models import ApiKey
from apikeys.usage import TotalUsage, total_usage_of
from organisations.models import Organisation, Plan
from sift_site.api import limits


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a plan includes, in words."""

    name: str
    is_own: bool
    api: str | None  # how much it may be called; None: not at all
    export: bool


@dataclass(frozen=True, slots=True)
class ApiUse:
    """What the agency's systems do with the API."""

    allowance: str
    calls: TotalUsage
    keys: int
    last_used_at: datetime | None


def plans_for(organisation: Organisation) -> list[PlanRow]:
    """Every plan, the organisation's own marked."""
    return [
        PlanRow(
            name=plan.label,
            is_own=plan == organisation.plan,
            api=limits.allowance(plan) if plan.has_api else None,
            export=plan.has_api,  # the two belong together (CONTRACT.md, section 1)
        )
        for plan in Plan
    ]


def api_use_of(organisation: Organisation) -> ApiUse | None:
    """None where the plan has no API. All that the tab says of the API's use is gathered here."""
    if not organisation.has_api:
        return None
    keys = ApiKey.objects.for_organisation(organisation).unrevoked()
    use = keys.aggregate(keys=Count("id"), last_used_at=Max("last_used_at"))
    return ApiUse(
        allowance=limits.allowance(Plan(organisation.plan)),
        calls=total_usage_of(organisation),
        **use,
    )
