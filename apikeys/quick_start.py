"""Where an integrator begins: the address, the header, samples that run as they are, the limits."""

import json
from dataclasses import dataclass

from django.conf import settings

from foundation.web.counters import in_words
from foundation.web.own_url import full_url
from organisations.models import Plan

HEADER = "Authorization: Bearer sk_live_…"

_CURL = """\
curl -H "Authorization: Bearer $SIFT_API_KEY" \\
  "BASE/leads?limit=5"
"""
_PYTHON = """\
import json, os, urllib.request

request = urllib.request.Request(
    "BASE/leads?limit=5",
    headers={"Authorization": "Bearer " + os.environ["SIFT_API_KEY"]},
)
with urllib.request.urlopen(request) as answer:
    for lead in json.load(answer)["data"]:
        print(lead["created_at"], lead["status"], lead["name"])
"""
_JAVASCRIPT = """\
const answer = await fetch("BASE/leads?limit=5", {
  headers: { Authorization: `Bearer ${process.env.SIFT_API_KEY}` },
});
for (const lead of (await answer.json()).data) {
  console.log(lead.created_at, lead.status, lead.name);
}
"""
# What a first try sends: the same each time, so that a line that is sent twice makes one lead. No
# apostrophe: the line has it between two.
_FIRST_TRY = {
    "channel": "website",
    "external_id": "first-try",
    "lead": {"name": "First Try", "intent": "rent", "area": "Roath", "viewing_requested": True},
    "messages": [
        {"role": "user", "content": "Hello, is the flat in Roath still to let? May I see it?"},
        {"role": "assistant", "content": "It is. Which day would suit you?"},
    ],
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A program that lists five leads; it reads the key from SIFT_API_KEY."""

    id: str
    language: str
    runs_in: str
    code: str

    @property
    def title(self) -> str:
        return f"the {self.language} sample"


@dataclass(frozen=True, slots=True)
class QuickStart:
    base: str
    header: str
    samples: list[Sample]
    limit: str


def quick_start(plan: Plan) -> QuickStart:
    """For Sift's own URL, and the plan's limit."""
    base = api_url()
    samples = [
        Sample("sample-curl", "curl", "in any shell", _CURL),
        Sample("sample-python", "Python", "nothing to install", _PYTHON),
        Sample("sample-javascript", "JavaScript", "a module, in Node.js 18 or newer", _JAVASCRIPT),
    ]
    return QuickStart(
        base=base,
        header=HEADER,
        samples=[
            Sample(one.id, one.language, one.runs_in, one.code.replace("BASE", base))
            for one in samples
        ],
        limit=in_words(
            settings.SIFT_RATE_SCALE if plan is Plan.SCALE else settings.SIFT_RATE_GROWTH, "request"
        ),
    )


def api_url() -> str:
    """`https://sift.example.co.uk/api/v1`."""
    return full_url("/api/v1")


def curl_with(key: str) -> str:
    """A line for a shell that lists five leads with this key."""
    return f'curl -H "Authorization: Bearer {key}" "{api_url()}/leads?limit=5"'


def first_try_with(key: str, *, between: str = " ") -> str:
    """A line for a shell that sends a conversation with this key, and so makes a lead.

    `between` its parts may stand an escaped end of line, for who reads it.
    """
    parts = [
        f'curl "{api_url()}/conversations"',
        f'-H "Authorization: Bearer {key}"',
        '-H "Content-Type: application/json"',
        f"-d '{json.dumps(_FIRST_TRY)}'",
    ]
    return between.join(parts)
