"""GET /leads/{id}/score."""

import hashlib

import msgspec

from foundation.ids import parse_uuid
from leads.evidence import QuotedScore, Words, quoted_score
from leads.temperature import temperature
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import json_response, not_modified
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import faults_of_any


@endpoint(
    "GET",
    operation=Operation(
        id="get_lead_score",
        tag=operations.LEADS,
        summary="Read a lead's score with its reasons",
        description="What the score is made of, and for each point the words of the visitor that "
        "gave it, where it was read out of a conversation. Then what is not known yet, and of "
        "which facts different things were said.",
        answer=schemas.LeadScore,
        has_entity_tag=True,
    ),
)
def lead_score(request: ApiRequest, lead_id: str) -> Answer:
    """The score, its points with their evidence, what would add to it, and contradictions."""
    found = None
    if (parsed := parse_uuid(lead_id)) is not None:
        found = reads.lead_with_words(
            organisation_id=request.caller.organisation_id, lead_id=parsed
        )
    if found is None:
        raise problems.not_found()
    if faults := faults_of_any(request):
        raise problems.invalid(faults)
    score = _shown(quoted_score(*found))
    etag = _etag(score)
    return not_modified(request, etag) or json_response(score, ETag=etag)


def _shown(score: QuotedScore) -> schemas.LeadScore:
    return schemas.LeadScore(
        value=score.value,
        temperature=temperature(score.value),
        points=[
            schemas.PointsOfFact(line.fact, line.said, line.points, _evidence(line.words))
            for line in score.points
        ],
        would_add=[schemas.MorePointsOfFact(line.fact, line.points) for line in score.would_add],
        contradictions=[
            schemas.ContradictoryFact(
                each.fact,
                [
                    schemas.ContradictoryValue(value.said, _evidence(value.words))
                    for value in each.values
                ],
            )
            for each in score.contradictions
        ],
    )


def _evidence(words: Words | None) -> schemas.Evidence | None:
    if words is None:
        return None
    ids = str(words.conversation_id), str(words.message_id)
    return schemas.Evidence(*ids, words.quote, words.start, words.end)


def _etag(score: schemas.LeadScore) -> str:
    """A strong entity tag, of the answer itself: receipts come and go while the lead stands."""
    return f'"{hashlib.sha256(msgspec.json.encode(score)).hexdigest()[:32]}"'
