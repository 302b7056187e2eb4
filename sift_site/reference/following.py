"""How recipes begin: what follows a list to its end, as code to copy."""

from sift_site.reference.samples import Sample

# Kept for the address alone; everything else is Python and JavaScript as they are run.
_PYTHON = '''\
import os
import time
from datetime import datetime, timedelta

import requests

API = "ADDRESS/api/v1"
OVERLAP = timedelta(minutes=5)
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['SIFT_API_KEY']}"


def rows(path, **query):
    """Every row of a list, page after page."""
    while True:
        answer = session.get(f"{API}/{path}", params=query, timeout=10)
        if answer.status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
            continue
        answer.raise_for_status()
        page = answer.json()
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]
'''
_JAVASCRIPT = """\
const API = "ADDRESS/api/v1";
const OVERLAP = 5 * 60 * 1000; // milliseconds
const headers = { Authorization: `Bearer ${process.env.SIFT_API_KEY}` };

// Every row of a list, page after page.
async function* rows(path, query) {
  for (;;) {
    const answer = await fetch(`${API}/${path}?${new URLSearchParams(query)}`, { headers });
    if (answer.status === 429) {
      const seconds = Number(answer.headers.get("Retry-After"));
      await new Promise((wake) => setTimeout(wake, seconds * 1000));
      continue;
    }
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    const page = await answer.json();
    yield* page.data;
    if (page.next_cursor === null) return;
    query = { ...query, cursor: page.next_cursor };
  }
}
"""


def recipe_of(address: str, *, python: str, javascript: str) -> list[Sample]:
    """A recipe in each language: how a list is followed at `address`, then what is done with it."""
    whole = {
        "Python": f"{_PYTHON}\n\n{python}",
        "JavaScript": f"{_JAVASCRIPT}\n{javascript}",
    }
    return [
        Sample(name.lower(), name, code.replace("ADDRESS", address).rstrip())
        for name, code in whole.items()
    ]
