"""A receiver of webhooks that checks what it is sent, as code to copy."""

from sift_site.reference.samples import Sample

_PYTHON = '''\
import os

from standardwebhooks import Webhook  # pip install standardwebhooks

webhook = Webhook(os.environ["SIFT_WEBHOOK_SECRET"])
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


def receiver(environ, start_response):
    """A WSGI application: gunicorn or any other server runs it."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    headers = {name: environ["HTTP_" + name.upper().replace("-", "_")] for name in SIGNED}
    event = webhook.verify(body, headers)["data"]  # raises where Sift did not send it just now
    keep(headers["webhook-id"], event)  # quickly; the same id may come again
    start_response("204 No Content", [])
    return [b""]


def keep(event_id, event):
    print(event_id, event["type"], event["lead_id"])
'''
_JAVASCRIPT = """\
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.SIFT_WEBHOOK_SECRET.replace("whsec_", ""), "base64");

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": said } = request.headers;
  const ours = createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest();
  const isOurs = (signature) => {
    const theirs = Buffer.from(signature.replace("v1,", ""), "base64");
    return theirs.length === ours.length && timingSafeEqual(theirs, ours);
  };
  const isNew = Math.abs(Date.now() / 1000 - Number(at)) < 300; // seconds
  if (!isNew || !String(said).split(" ").some(isOurs)) return response.writeHead(400).end();
  keep(id, JSON.parse(body).data); // quickly; the same id may come again
  response.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 3000));

function keep(id, event) {
  console.log(id, event.type, event.lead_id);
}
"""


def recipe() -> list[Sample]:
    """The receiver in each language."""
    return [
        Sample("python", "Python", _PYTHON.rstrip()),
        Sample("javascript", "JavaScript", _JAVASCRIPT.rstrip()),
    ]
