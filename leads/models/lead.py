"""Leads: what is known of a buyer or renter, and what holds for it (CONTRACT.md, section 1)."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Now

from foundation.database.constraints import known, said
from foundation.database.lexemes import Matches
from foundation.ids import uuid7
from leads.models.choices import (
    CONSENT,
    FACT_CHOICES,
    ORIGIN_FIELDS,
    REACHED,
    SCORED_STATUSES,
    BuyerScheme,
    ChainStatus,
    Channel,
    Consent,
    FinancingStatus,
    Intent,
    LeadStatus,
    LostReason,
    PropertyType,
    StampDutyPosition,
    Timeline,
)
from organisations.models import Organisation, TenantQuerySet, User


def moment_of_change() -> Greatest:
    """What `updated_at` becomes, as the trigger has it: the clock, and later than it was.

    For a change that pollers are to see though no field of the JSON need differ by it: a lead that
    got a conversation or lost one, or stands on its own again.
    """
    clock = Func(function="clock_timestamp", output_field=models.DateTimeField())
    return Greatest(clock, F("updated_at") + timedelta(microseconds=1))


class LeadQuerySet(TenantQuerySet["Lead"]):
    """Every way in which leads are chosen."""

    def unmerged(self) -> Self:
        """Leads that were not merged into another: those that lists and the API show."""
        return self.filter(merged_into__isnull=True)

    def best_first(self) -> Self:
        """By score, a lead without one last; the newest of a score first."""
        return self.order_by(Coalesce("score", -1).desc(), "-created_at", "-id")

    def longest_wait_first(self) -> Self:
        """Who waits for a first contact, the oldest first, and after them all others likewise."""
        return self.order_by(WORKED, "created_at", "id")

    def found_by(self, asked: str) -> Self:
        """Those that match a tsquery made by `leads.search.query()` for this organisation."""
        return self.filter(Matches(asked))

    def oldest_first(self) -> Self:
        return self.order_by("created_at", "id")

    def first_of_contact(self, contact: str) -> Any:
        """The leads that somebody may be: id, key, and what it was merged into.

        A kept query: of the organisation given as `agency`, by any of the `keys`. `contact` is
        `email` or `phone`. Of each key the oldest lead, and the oldest whose e-mail
        is not known; so too of those that were merged. However many leads share a number, these
        are all that finding a person again asks about.
        """
        key = f"{contact}_key"
        kinds = {"no_e_mail": Q(email_key__isnull=True), "was_merged": ~UNMERGED}
        ours = self.filter(organisation__given="agency", **{f"{key}__given_any": "keys"})
        in_order = ours.annotate(**kinds).order_by(key, *kinds, "created_at", "id")
        return in_order.distinct(key, *kinds).values_list("id", key, "merged_into_id", *kinds)

    def touch(self) -> None:
        """Move `updated_at`, so that pollers see these leads though no field of theirs differs."""
        self.update(updated_at=moment_of_change())

    def waiting(self) -> Self:
        """Leads that wait for their first contact, put back to wait included."""
        return self.unmerged().filter(status__in=SCORED_STATUSES)


def _keyed(field: str) -> models.CheckConstraint:
    """A key never stands without its text."""
    return models.CheckConstraint(
        name=f"leads_lead_{field}_key_of_{field}",
        condition=Q(**{f"{field}_key__isnull": True}) | Q(**{f"{field}__isnull": False}),
    )


def _between(field: str, least: int, most: int) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"leads_lead_{field}_in_range", condition=Q(**{f"{field}__range": (least, most)})
    )


def _in_order(what: str) -> models.CheckConstraint:
    """The least is not above the most; NULL on either side passes."""
    return models.CheckConstraint(
        name=f"leads_lead_{what}_in_order",
        condition=Q(**{f"{what}_min__lte": F(f"{what}_max")}),
    )


def _reached(status: LeadStatus, least: int) -> models.CheckConstraint:
    """A lead of that status came at least so far."""
    return models.CheckConstraint(
        name=f"leads_lead_{status.value}_reached",
        condition=~Q(status=status) | Q(reached__gte=least),
    )


UNMERGED = Q(merged_into__isnull=True)
WAITING = UNMERGED & Q(status__in=SCORED_STATUSES)
# 0 while a lead waits for its first contact, 1 from then on: in an order, who waits comes first.
WORKED = Case(
    When(status__in=SCORED_STATUSES, then=Value(0)),
    default=Value(1),
    output_field=models.SmallIntegerField(),
)


class Lead(models.Model):
    """A buyer or renter that the agency's chat agent has talked to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: every index below leads with it.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="leads", db_index=False
    )
    name = models.CharField(max_length=200, null=True)
    email = models.CharField(max_length=254, null=True)
    phone = models.CharField(max_length=50, null=True, help_text="E.164 where possible")
    status = models.CharField(max_length=16, choices=LeadStatus.choices, default=LeadStatus.NEW)
    score = models.SmallIntegerField(null=True, help_text="0 to 100; null: nothing known yet")
    source = models.CharField(max_length=16, choices=Channel.choices)
    summary = models.CharField(max_length=2000, null=True)
    intent = models.CharField(max_length=16, choices=Intent.choices, null=True)
    budget_min = models.IntegerField(null=True, help_text="whole pounds")
    budget_max = models.IntegerField(null=True, help_text="whole pounds")
    bedrooms_min = models.SmallIntegerField(null=True)
    bedrooms_max = models.SmallIntegerField(null=True)
    area = models.CharField(max_length=200, null=True)
    property_type = models.CharField(max_length=16, choices=PropertyType.choices, null=True)
    timeline = models.CharField(max_length=16, choices=Timeline.choices, null=True)
    chain_status = models.CharField(max_length=16, choices=ChainStatus.choices, null=True)
    financing_status = models.CharField(max_length=20, choices=FinancingStatus.choices, null=True)
    buyer_scheme = models.CharField(max_length=20, choices=BuyerScheme.choices, null=True)
    stamp_duty_position = models.CharField(
        max_length=20, choices=StampDutyPosition.choices, null=True
    )
    viewing_requested = models.BooleanField(default=False)
    # What the events of its captures come to: `leads.origin_and_consent`.
    property_ref = models.CharField(max_length=500, null=True, help_text="the home asked about")
    origin_url = models.CharField(max_length=500, null=True, help_text="the page they came from")
    campaign = models.CharField(max_length=500, null=True)
    marketing_consent = models.CharField(max_length=16, choices=Consent.choices, null=True)
    # When the conversation that brought it began; it never moves.
    created_at = models.DateTimeField(db_default=Now())
    # Moved by a trigger when a field that the JSON shows changes.
    updated_at = models.DateTimeField(db_default=Now())
    # By what a person is found again: `leads.contacts.set_fact()` sets each with its text.
    email_key = models.CharField(max_length=254, null=True, editable=False)
    phone_key = models.CharField(max_length=50, null=True, editable=False)
    # A person or an API client has moved it on: the system leaves its status alone.
    moved_on = models.BooleanField(default=False)
    # Facts set by hand, by name: never overwritten by a capture.
    hand_set: Any = ArrayField(models.CharField(max_length=32), default=list)
    # Facts that stand as they were read out of a conversation: what is stated takes their place,
    # and so does what is read later.
    read_facts: Any = ArrayField(models.CharField(max_length=32), default=list, db_default=[])
    merged_into = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="merged", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    # Who of the agency looks after it; the database holds that they are of the same agency.
    assignee = models.ForeignKey(
        User,
        models.DO_NOTHING,
        null=True,
        related_name="leads",
        db_index=False,
        db_constraint=False,
    )
    follow_up_on = models.DateField(null=True, help_text="a day of the agency's, Europe/London")
    # How far it came (REACHED) and when somebody first contacted it, both since it last waited to
    # be: set by a trigger, whoever changes the status, and cleared when it is put back to wait.
    reached = models.SmallIntegerField(default=0, db_default=0, editable=False)
    first_contacted_at = models.DateTimeField(null=True, editable=False)
    # For how long the agency was open until then, by the hours that it kept: another trigger's.
    contact_open_seconds = models.IntegerField(
        null=True, editable=False, help_text="0: answered out of hours"
    )
    # Why a lost lead was lost, and that in a person's own words; a trigger clears both.
    lost_reason = models.CharField(max_length=20, choices=LostReason.choices, null=True)
    lost_words = models.CharField(max_length=500, null=True)
    is_kept = models.BooleanField(
        default=False, db_default=False, help_text="whatever the agency's retention"
    )
    # What it is found by: `leads.search.document()`, stored with every change of what that reads.
    search = SearchVectorField(default="", db_default="", editable=False)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            # The composite foreign keys from conversations and events point here.
            models.UniqueConstraint(name="leads_lead_org_and_id", fields=["organisation", "id"]),
            known("leads_lead", "status", LeadStatus),
            known("leads_lead", "source", Channel),
            *(known("leads_lead", fact, choices) for fact, choices in FACT_CHOICES.items()),
            said("leads_lead", "name"),
            said("leads_lead", "email"),
            said("leads_lead", "phone"),
            said("leads_lead", "email_key"),
            said("leads_lead", "phone_key"),
            _keyed("email"),
            _keyed("phone"),
            said("leads_lead", "summary"),
            said("leads_lead", "area"),
            *(said("leads_lead", field) for field in ORIGIN_FIELDS),
            known("leads_lead", CONSENT, Consent),
            _between("score", 0, 100),
            _between("bedrooms_min", 0, 50),
            _between("bedrooms_max", 0, 50),
            models.CheckConstraint(
                name="leads_lead_budget_min_in_range", condition=Q(budget_min__gte=0)
            ),
            models.CheckConstraint(
                name="leads_lead_budget_max_in_range", condition=Q(budget_max__gte=0)
            ),
            _in_order("budget"),
            _in_order("bedrooms"),
            models.CheckConstraint(
                name="leads_lead_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
            known("leads_lead", "lost_reason", LostReason),
            said("leads_lead", "lost_words"),
            models.CheckConstraint(
                name="leads_lead_only_the_lost_have_a_reason",
                condition=Q(lost_reason__isnull=True) | Q(status=LeadStatus.LOST),
            ),
            models.CheckConstraint(
                name="leads_lead_lost_words_beside_a_reason",
                condition=Q(lost_words__isnull=True) | Q(lost_reason__isnull=False),
            ),
            _between("reached", 0, 3),
            *(_reached(status, least) for status, least in REACHED.items()),
            models.CheckConstraint(
                name="leads_lead_waiting_not_contacted",
                condition=~Q(status__one_of=SCORED_STATUSES)
                | Q(reached=0, first_contacted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="leads_lead_contact_reached",
                condition=Q(first_contacted_at__isnull=True) | Q(reached__gte=1),
            ),
            models.CheckConstraint(
                name="leads_lead_open_time_of_contact",
                condition=Q(contact_open_seconds__isnull=True)
                | Q(contact_open_seconds__gte=0, first_contacted_at__isnull=False),
            ),
        ]
        indexes = [
            # The lead list and GET /api/v1/leads.
            models.Index(
                name="leads_lead_newest",
                fields=["organisation", "-created_at", "-id"],
                condition=UNMERGED,
            ),
            # The same, narrowed to a status: its tab, and `status=`.
            models.Index(
                name="leads_lead_newest_by_status",
                fields=["organisation", "status", "-created_at", "-id"],
                condition=UNMERGED,
            ),
            # `updated_since=`.
            models.Index(
                name="leads_lead_updated",
                fields=["organisation", "-updated_at"],
                condition=UNMERGED,
            ),
            # Finding a returning visitor: by e-mail, then by phone, the oldest lead first.
            models.Index(
                name="leads_lead_by_email_key",
                fields=["organisation", "email_key", "created_at"],
                condition=Q(email_key__isnull=False),
            ),
            models.Index(
                name="leads_lead_by_phone_key",
                fields=["organisation", "phone_key", "created_at"],
                condition=Q(phone_key__isnull=False),
            ),
            # The list, sorted by score; a lead without one comes last.
            models.Index(
                "organisation",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="leads_lead_best",
                condition=UNMERGED,
            ),
            # The same, narrowed to a status.
            models.Index(
                "organisation",
                "status",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="leads_lead_best_by_status",
                condition=UNMERGED,
            ),
            # The list, sorted by the longest wait.
            models.Index(
                F("organisation"),
                WORKED,
                F("created_at"),
                F("id"),
                name="leads_lead_longest_wait",
                condition=UNMERGED,
            ),
            # The list of one person's leads, in either order.
            models.Index(
                name="leads_lead_newest_of_assignee",
                fields=["organisation", "assignee", "-created_at", "-id"],
                condition=UNMERGED & Q(assignee__isnull=False),
            ),
            models.Index(
                "organisation",
                "assignee",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="leads_lead_best_of_assignee",
                condition=UNMERGED & Q(assignee__isnull=False),
            ),
            # Follow-ups due, everybody's and a person's, counted without reading the leads.
            models.Index(
                name="leads_lead_due",
                fields=["organisation", "follow_up_on", "assignee", "id"],
                condition=Q(follow_up_on__isnull=False) & UNMERGED,
            ),
            # Who waits for a first contact: those that nobody has taken, and each person's own.
            models.Index(
                name="leads_lead_untaken",
                fields=["organisation", "status", "created_at", "id"],
                condition=WAITING & Q(assignee__isnull=True),
            ),
            models.Index(
                name="leads_lead_taken",
                fields=["organisation", "assignee"],
                condition=WAITING & Q(assignee__isnull=False),
            ),
            # When leads were first contacted.
            models.Index(
                name="leads_lead_first_contact",
                fields=["organisation", "first_contacted_at"],
                condition=Q(first_contacted_at__isnull=False) & UNMERGED,
            ),
            # Those lost for a reason, the newest first.
            models.Index(
                name="leads_lead_lost_for",
                fields=["organisation", "lost_reason", "-created_at", "-id"],
                condition=UNMERGED & Q(lost_reason__isnull=False),
            ),
            # Words, numbers and facets: the lexemes carry the organisation.
            GinIndex(name="leads_lead_search", fields=["search"]),
            # What was merged into a lead.
            models.Index(
                name="leads_lead_merged",
                fields=["organisation", "merged_into"],
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name as pages show it; the JSON keeps null."""
        return self.name or "Anonymous"
