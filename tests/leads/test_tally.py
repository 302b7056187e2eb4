"""The tally of leads by status agrees with a count of them all, whatever happened."""

import random
from collections import Counter

import pytest
from django.db import connection

from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from tests.factories import make_lead

pytestmark = pytest.mark.django_db


def counted(organisation) -> dict[str, int]:
    unmerged = Lead.objects.for_organisation(organisation).unmerged()
    return dict(Counter(unmerged.values_list("status", flat=True)))


def test_the_tally_agrees_after_a_random_days_work(agency, other_agency):
    chance = random.Random(7)
    for _ in range(60):
        make_lead(chance.choice([agency, other_agency]), status=chance.choice(LeadStatus.values))
    for _ in range(60):
        leads = Lead.objects.for_organisation(agency)
        some = leads.filter(id__in=chance.sample(list(leads.values_list("id", flat=True)), 5))
        match chance.randrange(4):
            case 0 | 1:
                some.update(status=chance.choice(LeadStatus.values))
            case 2:
                first, *others = some
                Lead.objects.filter(id__in=[o.id for o in others[:1]]).update(merged_into=first)
            case 3:
                Lead.objects.filter(id=some[0].id, merged=None, merged_into=None).delete()

    for organisation in (agency, other_agency):
        tally = LeadTally.objects.for_organisation(organisation).by_status()
        assert tally == counted(organisation)


def test_folding_keeps_the_sums_and_few_rows(agency):
    leads = [make_lead(agency) for _ in range(40)]
    for lead in leads:
        Lead.objects.filter(pk=lead.pk).update(status="hot")

    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_lead_tally_fold(%s)", [agency.id])

    assert LeadTally.objects.for_organisation(agency).by_status() == {"hot": 40}
    assert LeadTally.objects.for_organisation(agency).count() == 1
