"""The recipe by which a client keeps a copy of every transcript, as code to copy."""

from sift_site.reference.following import recipe_of
from sift_site.reference.samples import Sample

_PYTHON = '''\
def keep(newest, seen, store):
    """Store each transcript that is new or went on; `seen` holds their last updated_at by id.

    Keep what it returns, and `seen`, once it has returned: after a crash it begins again.
    """
    start = datetime.fromisoformat(newest) - OVERLAP
    query = {"include": "messages", "updated_since": start.isoformat(), "limit": 100}
    for chat in rows("conversations", **query):
        if seen.get(chat["id"]) == chat["updated_at"]:
            continue
        if chat["more_messages"]:
            chat["messages"] = list(rows(f"conversations/{chat['id']}/messages"))
        store(chat)
        seen[chat["id"]] = chat["updated_at"]
        newest = max(newest, chat["updated_at"])
    return newest
'''
_JAVASCRIPT = """\
// Store each transcript that is new or went on; `seen` maps each one's id to its last updated_at.
// Keep what it returns, and `seen`, once it has returned: after a crash it begins again.
async function keep(newest, seen, store) {
  const start = new Date(Date.parse(newest) - OVERLAP).toISOString();
  const query = { include: "messages", updated_since: start, limit: 100 };
  for await (const chat of rows("conversations", query)) {
    if (seen.get(chat.id) === chat.updated_at) continue;
    if (chat.more_messages) {
      chat.messages = [];
      for await (const message of rows(`conversations/${chat.id}/messages`, {})) {
        chat.messages.push(message);
      }
    }
    await store(chat);
    seen.set(chat.id, chat.updated_at);
    if (chat.updated_at > newest) newest = chat.updated_at;
  }
  return newest;
}
"""


def recipe(address: str) -> list[Sample]:
    """The recipe in each language, against the server at `address`."""
    return recipe_of(address, python=_PYTHON, javascript=_JAVASCRIPT)
