"""GET /events: every change of the agency's, in the order of the commits."""

from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import json_response, not_modified
from sift_site.api.endpoint import endpoint
from sift_site.api.event_shapes import events_of
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import EVENTS, FeedQuery, read_feed_query
from sift_site.api.reads import FeedRead
from sift_site.serving import replicas


@endpoint(
    "GET",
    operation=Operation(
        id="list_events",
        tag=operations.EVENTS,
        summary="Follow what changes",
        description="Every change after a position, the earliest first. Positions have no holes, "
        "and nothing ever appears before one that you have read past: store the answer's "
        "`position` and go on from there. Begin with `after=latest`, then read all leads.",
        answer=schemas.EventPage,
        query=EVENTS,
        refusals=(problems.GONE,),
        has_entity_tag=True,
    ),
)
def event_list(request: ApiRequest) -> Answer:
    """Changes after a position; or where to begin."""
    query = read_feed_query(request)
    if query.after is None:
        latest, dropped = reads.feed_position(organisation_id=request.caller.organisation_id)
        found, after = FeedRead(latest, dropped, []), latest
    else:
        found, after = _read(request, query, query.after), query.after
    if after > found.latest:
        raise problems.beyond_latest(found.latest)
    if 0 < after < found.dropped:
        raise problems.gone(found.dropped + 1)
    etag = f'"{found.latest}-{found.dropped}"'  # whatever is shown here changes by a change
    if unchanged := not_modified(request, etag):
        return unchanged
    return json_response(_page(found, query), ETag=etag)


def _read(request: ApiRequest, query: FeedQuery, after: int) -> FeedRead:
    def read() -> FeedRead:
        return reads.feed(
            organisation_id=request.caller.organisation_id,
            after=after,
            limit=query.limit,
            types=query.types,
            with_leads=query.with_leads,
        )

    found = read()
    if after > found.latest:  # a replica may not have come so far yet
        with replicas.reads_allowed(False):
            return read()
    return found


def _page(found: FeedRead, query: FeedQuery) -> schemas.EventPage:
    shown = found.rows[: query.limit]
    has_more = len(found.rows) > query.limit
    return schemas.EventPage(
        data=events_of(shown, with_leads=query.with_leads),
        position=shown[-1][0] if has_more else found.latest,
        latest=found.latest,
        has_more=has_more,
    )
