"""What five colleagues of the first agency did: done by the product's own rules, and then dated.

The audit trail says when an entry was written, and nobody can say otherwise: there the story stands
in the order in which it happened. The leads' histories have it in the hours before the demo's time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from apikeys.models import ApiKey
from conversations.models import Conversation
from foundation.database.locks import lock_names
from foundation.ids import uuid7
from leads import bulk, moving, undoing
from leads.follow_ups import set_follow_up
from leads.merging import merge
from leads.models import Lead, LeadEvent, LeadQuerySet
from leads.models.choices import LeadStatus
from leads.models.saved_view import SavedView
from leads.notes import add_note
from organisations.account_emails import account_key
from organisations.actors import Actor
from organisations.audit import record, record_about
from organisations.changes.numbering import numbered_last
from organisations.models import (
    AuditAction,
    AuditTarget,
    Invitation,
    Organisation,
    Role,
    User,
)
from sift_site.demo.keys import WEBSITE, make_keys

_OFFICE, _HOME, _TRAIN = "198.51.100.24", "203.0.113.77", "203.0.113.145"
# Leads of which nobody did anything in these last hours: the story does.
_QUIET = timedelta(hours=6)
_SIGNED_IN = timedelta(hours=3)  # ago
_LONG_AGO = timedelta(days=60)
_MANY = 24
# Of the talks that were written by hand: who came twice, and by what.
_CAME_TWICE = {"email_key": "chidi.okafor@example.com", "phone_key": "+447700900175"}

_VIEWS: Mapping[str, Sequence[tuple[str, str]]] = {
    "admin": (
        ("Hot, and nobody's", "status=hot&assignee=none"),
        ("Viewings this week", "viewing_requested=yes&period=7-days"),
        ("Cash buyers", "financing_status=cash_proven&sort=score"),
    ),
    "agent": (
        ("Mine, due", "assignee=me&follow_up=due"),
        ("Bath, to buy", "q=Bath&intent=buy"),
    ),
    "grace": (("First-time buyers", "stamp_duty_position=first_time_buyer"),),
    "callum": (("Rentals, soon", "intent=rent&timeline=asap"),),
}


@dataclass(frozen=True, slots=True)
class _Cast:
    """The agency's people, by the names of their mailboxes."""

    organisation: Organisation
    people: Mapping[str, User]
    until: datetime

    def actor(self, mailbox: str, address: str = _OFFICE) -> Actor:
        return Actor.for_person(self.people[mailbox], address)

    def quiet(self, *statuses: LeadStatus) -> LeadQuerySet:
        """Leads that stand there, and of which nothing was heard of late; the newest first."""
        heard = LeadEvent.objects.for_organisation(self.organisation).filter(
            lead=OuterRef("pk"), created_at__gt=self.until - _QUIET
        )
        leads = Lead.objects.for_organisation(self.organisation).unmerged()
        quiet = leads.filter(~Exists(heard), status__in=statuses)
        return quiet.defer("search").newest_first()

    @contextmanager
    def dated(self, minutes_ago: int) -> Iterator[None]:
        """What happens to leads within happened so long before the demo's time."""
        before = uuid7()  # ids grow
        yield
        LeadEvent.objects.for_organisation(self.organisation).filter(id__gt=before).update(
            created_at=self.until - timedelta(minutes=minutes_ago)
        )


@numbered_last()
def tell(organisation: Organisation, until: datetime) -> None:
    """Have it happen unless it did. All of it stands, or nothing."""
    lock_names([f"demo story {organisation.id}"])
    if ApiKey.objects.for_organisation(organisation).filter(name=WEBSITE).exists():
        return
    people = {person.email.split("@")[0]: person for person in organisation.people.all()}
    cast = _Cast(organisation, people, until)
    _the_agency_is_set_up(cast)
    _views_are_saved(cast)
    _the_morning_begins(cast)
    _leads_are_worked(cast)
    _two_become_one(cast)
    _the_book_is_tidied(cast)
    _something_is_taken_away(cast)


def _the_agency_is_set_up(cast: _Cast) -> None:
    """Keys for its systems, and somebody new in the team."""
    priya = cast.people["admin"]
    make_keys(cast.organisation, priya, cast.until, by=cast.actor("admin"))
    megan = cast.people["megan"]
    joined = _invited(cast, megan.email, megan.name, accepted=True)
    _record_invitation(cast, AuditAction.INVITATION_ACCEPTED, joined, cast.actor("megan", _HOME))
    _invited(cast, f"lettings@{cast.organisation.slug}.example", "Owen Hughes", accepted=False)


def _invited(cast: _Cast, email: str, name: str, *, accepted: bool) -> Invitation:
    """An invitation without its letter, which would go to nobody."""
    invitation = Invitation(
        organisation=cast.organisation,
        email=email,
        email_key=account_key(email),
        name=name,
        invited_by=cast.people["admin"],
    )
    invitation.renew()
    if accepted:
        invitation.accepted_at = cast.until
    invitation.save(force_insert=True)
    _record_invitation(cast, AuditAction.PERSON_INVITED, invitation, cast.actor("admin"))
    return invitation


def _record_invitation(cast: _Cast, action: AuditAction, invitation: Invitation, by: Actor) -> None:
    record(
        cast.organisation.id,
        action,
        by=by,
        target=AuditTarget.INVITATION,
        target_id=invitation.id,
        names={"target": invitation.email},
        role=Role.AGENT.value,
    )


def _views_are_saved(cast: _Cast) -> None:
    for mailbox, views in _VIEWS.items():
        for name, query in views:
            SavedView.objects.keep(cast.people[mailbox], name, query)


def _the_morning_begins(cast: _Cast) -> None:
    callum = cast.people["callum"]
    _sign_in(cast, "grace")
    record_about(callum, AuditAction.SIGN_IN_FAILED, by=Actor.nobody_known(_HOME))
    _sign_in(cast, "callum", _HOME)
    _sign_in(cast, "megan")
    theirs = cast.quiet(LeadStatus.CONTACTED, LeadStatus.QUALIFIED).filter(assignee=callum)
    with cast.dated(minutes_ago=170):
        _change(cast, theirs[:8], bulk.Assign(cast.people["megan"]), by=cast.actor("admin"))


def _leads_are_worked(cast: _Cast) -> None:
    """One after the other, each with a word why."""
    contacted, qualified = LeadStatus.CONTACTED, LeadStatus.QUALIFIED
    for mailbox, minutes_ago, was, to, note in (
        ("agent", 155, contacted, qualified, "Rang back. Mortgage agreed, wants to see two."),
        ("grace", 142, contacted, qualified, "Came by the office, knows the street. Serious."),
        ("agent", 131, qualified, LeadStatus.CONVERTED, "Offer accepted, memorandum sent."),
        ("callum", 118, contacted, LeadStatus.LOST, "Bought through a friend. Wishes us well."),
        ("megan", 104, contacted, qualified, "My first! Viewing on Thursday at five."),
        ("grace", 96, qualified, LeadStatus.LOST, "Landlord let to somebody else."),
    ):
        leads = cast.quiet(was).filter(name__isnull=False)
        lead = leads.select_for_update(of=("self",)).first()
        if lead is None:
            continue
        by = cast.actor(mailbox)
        with cast.dated(minutes_ago):
            moving.move(lead.id, to, organisation_id=cast.organisation.id, by=by)
            add_note(lead, note, by=by)
            if to is not qualified:  # nobody has to come back to it
                set_follow_up(lead, None, by=by)


def _two_become_one(cast: _Cast) -> None:
    leads = Lead.objects.for_organisation(cast.organisation).unmerged()
    same = [leads.filter(**{key: value}).first() for key, value in _CAME_TWICE.items()]
    known = sorted((lead for lead in same if lead), key=lambda lead: lead.created_at)
    if len(known) < 2:
        return
    with cast.dated(minutes_ago=90):
        merge(
            cast.organisation,
            survivor_id=known[0].id,
            other_id=known[1].id,
            by=cast.actor("grace"),
        )


def _the_book_is_tidied(cast: _Cast) -> None:
    """Many at once: put away, put in the wrong place, and taken back."""
    lost = cast.quiet(LeadStatus.LOST).filter(created_at__lt=cast.until - _LONG_AGO)
    with cast.dated(minutes_ago=70):
        _change(cast, lost[:_MANY], bulk.Move(LeadStatus.ARCHIVED), by=cast.actor("admin"))
    contacted = cast.quiet(LeadStatus.CONTACTED)[: _MANY // 2]
    with cast.dated(minutes_ago=48):
        wrong = _change(
            cast, contacted, bulk.Move(LeadStatus.REJECTED), by=cast.actor("callum", _HOME)
        )
    with cast.dated(minutes_ago=46):
        if run := undoing.find_run(cast.organisation, wrong.bulk_id):
            undoing.undo(cast.organisation, run, by=cast.actor("callum", _HOME))


def _something_is_taken_away(cast: _Cast) -> None:
    """What leaves the house is written down; one change of many can still be undone."""
    leads = Lead.objects.for_organisation(cast.organisation).unmerged()
    record(
        cast.organisation.id,
        AuditAction.LEADS_EXPORTED,
        by=cast.actor("admin"),
        target=AuditTarget.LEADS,
        leads=leads.filter(status=LeadStatus.CONVERTED).count(),
        filters=1,
    )
    talks = Conversation.objects.for_organisation(cast.organisation)
    talk = talks.filter(lead__name__isnull=False).newest_first().first()
    if talk is not None:
        record(
            cast.organisation.id,
            AuditAction.TRANSCRIPT_DOWNLOADED,
            by=cast.actor("agent", _TRAIN),
            target=AuditTarget.LEAD,
            target_id=talk.lead_id,
            conversation=str(talk.id),
        )
    long_cold = cast.quiet(LeadStatus.COLD).filter(created_at__lt=cast.until - timedelta(days=7))
    with cast.dated(minutes_ago=0):
        _change(cast, long_cold[:5], bulk.Move(LeadStatus.ARCHIVED), by=cast.actor("agent", _TRAIN))
    record_about(cast.people["callum"], AuditAction.SIGN_OUT, by=cast.actor("callum", _HOME))


def _sign_in(cast: _Cast, mailbox: str, address: str = _OFFICE) -> None:
    """Of those alone whose passwords nobody has: the others' first sign-in is yet to come."""
    by = cast.actor(mailbox, address)
    person = cast.people[mailbox]
    person.last_login = cast.until - _SIGNED_IN
    person.save(update_fields=["last_login"])
    record_about(person, AuditAction.SIGN_IN, by=by, two_step=None)


def _change(cast: _Cast, leads: LeadQuerySet, change: bulk.Change, *, by: Actor) -> bulk.Outcome:
    chosen = [bulk.Chosen(lead.id, lead.status, lead.assignee_id) for lead in leads]
    return bulk.change_chosen(cast.organisation, chosen, change, by=by)
