"""The tables of leads, here where Django looks for them."""

from leads.models.alert import Alert as Alert
from leads.models.alert import AlertKind as AlertKind
from leads.models.alert import AlertQuerySet as AlertQuerySet
from leads.models.choices import FACT_FIELDS as FACT_FIELDS
from leads.models.event import EventKind as EventKind
from leads.models.event import LeadEvent as LeadEvent
from leads.models.event import LeadEventQuerySet as LeadEventQuerySet
from leads.models.event import actor_columns as actor_columns
from leads.models.lead import Lead as Lead
from leads.models.lead import LeadQuerySet as LeadQuerySet
from leads.models.lead import moment_of_change as moment_of_change
from leads.models.retention import Retention as Retention
from leads.models.rollups import AreaDay as AreaDay
from leads.models.rollups import ContactDay as ContactDay
from leads.models.rollups import LeadDay as LeadDay
from leads.models.saved_view import SavedView as SavedView
from leads.models.score_weights import ScoreWeights as ScoreWeights
from leads.models.tally import LeadTally as LeadTally
