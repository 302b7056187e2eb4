"""The recipe by which a client follows the leads, as code to copy."""

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


def poll(newest, seen, handle):
    """Handle what is new or changed; `seen` holds each lead's last updated_at by its id.

    Store what it returns, and `seen`, once it has returned: after a crash it begins again.
    """
    start = datetime.fromisoformat(newest) - OVERLAP
    for lead in rows("leads", updated_since=start.isoformat(), limit=500):
        if seen.get(lead["id"]) != lead["updated_at"]:
            handle(lead)
            seen[lead["id"]] = lead["updated_at"]
            newest = max(newest, lead["updated_at"])
    return newest
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

// Handle what is new or changed; `seen` maps each lead's id to its last updated_at. Store what it
// returns, and `seen`, once it has returned: after a crash it begins again.
async function poll(newest, seen, handle) {
  const start = new Date(Date.parse(newest) - OVERLAP).toISOString();
  for await (const lead of rows("leads", { updated_since: start, limit: 500 })) {
    if (seen.get(lead.id) === lead.updated_at) continue;
    await handle(lead);
    seen.set(lead.id, lead.updated_at);
    if (lead.updated_at > newest) newest = lead.updated_at;
  }
  return newest;
}
"""


def recipe(address: str) -> list[Sample]:
    """The recipe in each language, against the server at `address`."""
    return [
        Sample("python", "Python", _PYTHON.replace("ADDRESS", address).rstrip()),
        Sample("javascript", "JavaScript", _JAVASCRIPT.replace("ADDRESS", address).rstrip()),
    ]
