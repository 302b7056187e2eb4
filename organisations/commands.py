"""What commands of every app ask of their arguments: an organisation by its slug, and text."""

from django.core.management.base import CommandError

from foundation.names import as_name, is_name
from organisations.models import Organisation


def named_organisation(slug: str) -> Organisation:
    """The organisation with that slug; CommandError where there is none."""
    try:
        return Organisation.objects.get(slug=slug)
    except (Organisation.DoesNotExist, ValueError):  # ValueError: not even text
        raise CommandError(
            f"There is no organisation {slug!r}. `manage.py create_organisation` makes one."
        ) from None


def open_organisation(slug: str) -> Organisation:
    """The same, and CommandError where its account is closed."""
    organisation = named_organisation(slug)
    if organisation.closed_at is not None:
        raise CommandError(f"The account of organisation {slug!r} is closed.")
    return organisation


def text_argument(name: str, value: str, *, longest: int) -> str:
    """The argument without its outer spaces; CommandError where it cannot be taken."""
    text = as_name(value)
    if not text:
        raise CommandError(f"{name} is blank; it takes 1 to {longest} characters.")
    if len(text) > longest:
        raise CommandError(f"{name} takes at most {longest} characters, not {len(text)}.")
    if not is_name(text):  # control characters, and bytes that are no UTF-8
        raise CommandError(f"{name} is {text!r}; it takes characters that can be printed.")
    return text
