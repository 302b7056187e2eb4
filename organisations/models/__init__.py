"""The tables of agencies and their people, here where Django looks for them."""

from organisations.models.audit_entry import AuditAction as AuditAction
from organisations.models.audit_entry import AuditEntry as AuditEntry
from organisations.models.audit_entry import AuditEntryQuerySet as AuditEntryQuerySet
from organisations.models.audit_entry import AuditHead as AuditHead
from organisations.models.audit_entry import AuditTarget as AuditTarget
from organisations.models.authenticator import Authenticator as Authenticator
from organisations.models.change import Change as Change
from organisations.models.change import ChangeType as ChangeType
from organisations.models.change import Feed as Feed
from organisations.models.invitation import Invitation as Invitation
from organisations.models.known_device import KnownDevice as KnownDevice
from organisations.models.letter import Letter as Letter
from organisations.models.organisation import Organisation as Organisation
from organisations.models.organisation import Plan as Plan
from organisations.models.organisation import TwoStepRule as TwoStepRule
from organisations.models.passkey import Passkey as Passkey
from organisations.models.passkey import PasskeyQuerySet as PasskeyQuerySet
from organisations.models.recovery_code import RecoveryCode as RecoveryCode
from organisations.models.roles import Role as Role
from organisations.models.sent_form import SentForm as SentForm
from organisations.models.session import Session as Session
from organisations.models.tenant import TenantQuerySet as TenantQuerySet
from organisations.models.user import Theme as Theme
from organisations.models.user import User as User
