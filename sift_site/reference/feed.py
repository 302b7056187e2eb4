"""The recipe by which a client holds a copy of all leads and misses nothing, as code to copy."""

from sift_site.reference.following import recipe_of
from sift_site.reference.samples import Sample

_PYTHON = '''\
def begin(leads):
    """Read all there is into `leads`, a dict by id; returns the position to follow from."""
    position = events(after="latest").json()["position"]
    leads.clear()
    leads.update((lead["id"], lead) for lead in rows("leads", limit=500))
    return position


def follow(position, leads):
    """Take in what changed since; returns the new position. Store it together with `leads`."""
    while True:
        answer = events(after=position, limit=500)
        if answer.status_code in (410, 422):  # no longer kept, or from before a restore
            return begin(leads)
        answer.raise_for_status()
        page = answer.json()
        for event in page["data"]:
            if event["lead"] is not None:
                leads[event["lead_id"]] = event["lead"]
            else:  # erased, or merged into another
                leads.pop(event["lead_id"], None)
        position = page["position"]
        if not page["has_more"]:
            return position


def events(**query):
    while True:
        answer = session.get(f"{API}/events", params=query, timeout=10)
        if answer.status_code != 429:
            return answer
        time.sleep(int(answer.headers["Retry-After"]))
'''
_JAVASCRIPT = """\
// Read all there is into `leads`, a Map by id; returns the position to follow from.
async function begin(leads) {
  const { position } = await (await events({ after: "latest" })).json();
  leads.clear();
  for await (const lead of rows("leads", { limit: 500 })) leads.set(lead.id, lead);
  return position;
}

// Take in what changed since; returns the new position. Store it together with `leads`.
async function follow(position, leads) {
  for (;;) {
    const answer = await events({ after: position, limit: 500 });
    // No longer kept, or from before a restore.
    if (answer.status === 410 || answer.status === 422) return begin(leads);
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    const page = await answer.json();
    for (const event of page.data) {
      if (event.lead !== null) leads.set(event.lead_id, event.lead);
      else leads.delete(event.lead_id); // erased, or merged into another
    }
    position = page.position;
    if (!page.has_more) return position;
  }
}

async function events(query) {
  for (;;) {
    const answer = await fetch(`${API}/events?${new URLSearchParams(query)}`, { headers });
    if (answer.status !== 429) return answer;
    const seconds = Number(answer.headers.get("Retry-After"));
    await new Promise((wake) => setTimeout(wake, seconds * 1000));
  }
}
"""


def recipe(url: str) -> list[Sample]:
    """The recipe in each language, against the server at `url`."""
    return recipe_of(url, python=_PYTHON, javascript=_JAVASCRIPT)
