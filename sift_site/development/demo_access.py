"""The ways into the demo data: two sign-ins and an API key, which `make run` prints."""

from apikeys.issuing import issue
from apikeys.models import ApiKey
from organisations.models import Organisation, User

SLUG = "harbour-and-vale"
PASSWORD = "try-sift-today"  # noqa: S105 - it is printed; only the demo's people have it
_KEY = "Demo key"
_PEOPLE = {
    "admin": "admin@harbour-and-vale.example",
    "agent": "agent@harbour-and-vale.example",
}


def is_wanted() -> bool:
    """Whether demo data may be loaded: nobody's data is there yet."""
    return not Organisation.objects.exists()


def welcome(url: str) -> str:
    """What `make run` prints once the server listens; opens the demo to sign-ins on the way."""
    lines = ["", f"Sift is running at {url}"]
    organisation = Organisation.objects.open().filter(slug=SLUG).first()
    if organisation is not None:
        lines += ["", *_sign_ins(organisation), "", *_key(organisation, url)]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])


def _sign_ins(organisation: Organisation) -> list[str]:
    lines = ["Demo sign-ins:"]
    for role, email in _PEOPLE.items():
        person = User.objects.filter(organisation=organisation, email=email).first()
        if person is None:
            continue
        if not person.has_usable_password():
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])
        shown = PASSWORD if person.check_password(PASSWORD) else "(its password was changed)"
        lines.append(f"  {role}  {email}  {shown}")
    return lines


def _key(organisation: Organisation, url: str) -> list[str]:
    """A new key where the demo never had one; else, as none is shown twice, how to make one."""
    example = f"{url}/api/v1/leads?status=hot&since=2026-06-01T00:00:00Z&limit=5"
    if not ApiKey.objects.for_organisation(organisation).filter(name=_KEY).exists():
        _, text = issue(organisation, _KEY)
        return [
            f"Demo API key (shown this once): {text}",
            f'  curl -H "Authorization: Bearer {text}" "{example}"',
        ]
    return [
        "The demo API key was shown at the first start. Another one:",
        f'  .venv/bin/python manage.py create_api_key {SLUG} "My key"',
        f'  curl -H "Authorization: Bearer $KEY" "{example}"',
    ]
