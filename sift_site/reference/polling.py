"""The recipe by which a client follows the leads, as code to copy."""

from sift_site.reference.following import recipe_of
from sift_site.reference.samples import Sample

_PYTHON = '''\
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


def recipe(url: str) -> list[Sample]:
    """The recipe in each language, against the server at `address`."""
    return recipe_of(url, python=_PYTHON, javascript=_JAVASCRIPT)
