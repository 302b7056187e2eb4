"""Leads that go by themselves: so many months after the last message, as their agency has said.

Converted leads, those with a follow-up and those that are marked to be kept stay. Admins are told
thirty days ahead of every one: by a letter when the rule is made, and by another before the time
that the last one spoke of is over. What no letter spoke of stays until one did.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from conversations.models import Conversation
from foundation.days import months_before
from foundation.mail.names import quoted
from leads.erasure import erase
from leads.merging import lock_merging
from leads.models import Lead, LeadQuerySet, Retention
from leads.models.choices import LeadStatus
from leads.models.retention import NOTICE
from organisations.actors import SYSTEM, Actor
from organisations.admins import active_admins
from organisations.audit import record
from organisations.changes.numbering import numbered_last
from organisations.letters.writing import write
from organisations.models import AuditAction, AuditTarget, Organisation

SUGGESTED = 24  # months
RULE = "retention"  # as receipts of erasures name it
MOST_A_NIGHT = 2_000  # leads of an agency; the others go in the nights after
_NIGHT = range(1, 6)  # hours, Europe/London
_STAYS = Q(status=LeadStatus.CONVERTED) | Q(follow_up_on__isnull=False) | Q(is_kept=True)

logger = logging.getLogger("sift.retention")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would do: how many leads go first, how many within a month of that, who stays."""

    first: int
    soon: int
    stay: int
    begins_at: datetime


def going(organisation: Organisation, months: int, by: datetime) -> LeadQuerySet:
    """The leads that the rule lets go until then."""
    return _silent(organisation, months, by).exclude(_STAYS)


def preview(organisation: Organisation, months: int) -> Preview:
    """Nothing is kept or told. Three counts."""
    begins_at = timezone.now() + NOTICE
    first = going(organisation, months, begins_at).count()
    soon = going(organisation, months, begins_at + NOTICE).count()
    stay = _silent(organisation, months, begins_at).filter(_STAYS).count()
    return Preview(first, soon - first, stay, begins_at)


@transaction.atomic
def set_rule(organisation: Organisation, months: int | None, *, by: Actor) -> bool:
    """Keep leads for so long from now on, or for ever; False where it stood so.

    Another length is another rule: thirty days pass again before anything goes by it.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    stood = Retention.objects.for_organisation(organisation).first()
    if months == (stood.months if stood else None):
        return False
    Retention.objects.for_organisation(organisation).delete()
    if months is not None:
        now = timezone.now()
        until = now + 2 * NOTICE
        leads = going(organisation, months, until).count()
        rule = Retention.objects.create(
            organisation=organisation,
            months=months,
            set_at=now,
            noticed_until=until,
            noticed_leads=leads,
        )
        _tell(rule, rule.begins_at)
    record(
        organisation.pk,
        AuditAction.RETENTION_CHANGED,
        by=by,
        target=AuditTarget.ORGANISATION,
        target_id=organisation.pk,
        months=months or "off",
    )
    return True


def let_go() -> int:
    """Tell of what goes next, and at night let go of what is due, of every agency; how many."""
    rules = Retention.objects.select_related("organisation").order_by("pk")
    gone = 0
    for rule in rules.filter(organisation__closed_at=None):
        _notice(rule)
        if _is_night():
            gone += let_go_of(rule)
    return gone


def let_go_of(rule: Retention) -> int:
    """Erase what is due by the rule, lead by lead, each in a transaction of its own."""
    now = timezone.now()
    if now < rule.begins_at:
        return 0
    # A worker that was away for long may not have told of all that is due.
    by = min(now, rule.noticed_until)
    due = going(rule.organisation, rule.months, by).oldest_first()
    ids = list(due.values_list("id", flat=True)[:MOST_A_NIGHT])
    gone = sum(_erase(rule, id_, by) for id_ in ids)
    if gone:
        logger.info("%d leads went by retention in organisation %s", gone, rule.pk)
    return gone


@numbered_last()
def _erase(rule: Retention, lead_id: UUID, by: datetime) -> bool:
    """Whether it went: it may have been written to, marked or followed up meanwhile."""
    organisation = rule.organisation
    if not Retention.objects.filter(pk=rule.pk, months=rule.months, set_at=rule.set_at).exists():
        return False
    lock_merging(organisation)  # what was merged into it goes too
    locked = Lead.objects.for_organisation(organisation).unmerged().select_for_update()
    if locked.filter(id=lead_id).first() is None:
        return False
    # Asked again under the lock, for who came before it.
    lead = going(organisation, rule.months, by).filter(id=lead_id).first()
    if lead is None:
        return False
    erase(lead, organisation, by=SYSTEM, rule=RULE)
    return True


@transaction.atomic
def _notice(rule: Retention) -> None:
    """Write of the next thirty days, once the time that was written of is down to thirty."""
    now = timezone.now()
    if rule.noticed_until > now + NOTICE:
        return
    locked = Retention.objects.select_for_update().filter(pk=rule.pk)
    if not locked.filter(noticed_until=rule.noticed_until).exists():
        return  # another worker was quicker
    rule.noticed_until = now + 2 * NOTICE
    rule.noticed_leads = going(rule.organisation, rule.months, rule.noticed_until).count()
    rule.save(update_fields=["noticed_until", "noticed_leads"])
    if rule.noticed_leads:
        _tell(rule, max(now, rule.begins_at))


def _tell(rule: Retention, begins_at: datetime) -> None:
    admins = active_admins(rule.organisation).order_by("id")
    context = {
        "rule": rule,
        "name": quoted(rule.organisation.name),
        "begins_at": begins_at,
        "url": f"{settings.SIFT_URL}/settings/data/",
    }
    to = list(admins.values_list("email", flat=True))
    write("data/mail/retention", to, context, organisation_id=rule.pk)


def _silent(organisation: Organisation, months: int, by: datetime) -> LeadQuerySet:
    """Unmerged leads that came, and were last written with, so long before."""
    before = months_before(by, months)
    talks = Conversation.objects.for_organisation(organisation).order_by()
    later = talks.filter(lead=OuterRef("id"), last_message_at__gt=before)
    ours = Lead.objects.for_organisation(organisation).unmerged().defer("search")
    return ours.filter(~Exists(later), created_at__lte=before)


def _is_night() -> bool:
    return timezone.localtime(timezone=timezone.get_default_timezone()).hour in _NIGHT
