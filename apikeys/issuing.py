"""Making a key: its record, its text and its entry in the audit trail."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from apikeys import keys, trail
from apikeys.models import NAME_STANDING, PREFIX_UNIQUE, ApiKey, NameTaken, Scope
from foundation.database.constraints import broken_constraint
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditAction, Organisation, User


@sensitive_variables("new", "seed")
def issue(
    organisation: Organisation,
    name: str,
    *,
    scope: Scope = Scope.READ_WRITE,
    expires_at: datetime | None = None,
    created_by: User | None = None,
    allowed_networks: Sequence[str] = (),
    by: Actor | None = None,
    seed: bytes | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return it with its text, which is known now and never again.

    Raises NameTaken. The name is 1 to 80 characters; the database refuses others. `by` is
    whoever made it, and from where, where that is more than `created_by` tells. `seed` is what the
    text is drawn from, for who must be able to draw it again; but for the one chance in many that
    its beginning is another key's.
    """
    by = by or (Actor.for_person(created_by) if created_by else SYSTEM)
    while True:
        new = keys.generate(seed)
        key = ApiKey(
            organisation=organisation,
            name=name,
            scope=scope,
            expires_at=expires_at,
            created_by=created_by,
            prefix=new.prefix,
            last_four=new.last_four,
            digest=new.digest,
            allowed_networks=list(allowed_networks),
        )
        try:
            with transaction.atomic():
                key.save(force_insert=True)
                trail.record(
                    key, AuditAction.KEY_CREATED, by=by, scope=scope, networks=len(allowed_networks)
                )
        except IntegrityError as error:
            if broken_constraint(error) == NAME_STANDING:
                raise NameTaken(name) from None
            if broken_constraint(error) == PREFIX_UNIQUE:
                seed = None  # one chance in 62 to the eighth power: draw again
                continue
            raise
        return key, new.text
