"""What the agency's people write down about a lead, by where it stands."""

from collections.abc import Mapping

# A call that nobody answered, after which they mean to ring again.
NO_ANSWER = (
    "Rang, no answer. Left a voicemail.",
    "No answer. Texted to say who rang.",
    "Straight to voicemail.",
    "Rang out twice. Will try after work.",
    "No reply, e-mailed instead.",
    "Line engaged, then nothing.",
)
NOTES: Mapping[str, tuple[str, ...]] = {
    "contacted": (
        "Spoke briefly, prefers to be rung after six.",
        "Sent details of three that might suit.",
        "Nice chat. Partner decides too, so both should come.",
        "At work, asked me to ring back. Text is fine as well.",
        "Wants parking and is not fussed about the rest.",
        "Is also talking to the agent across the road.",
        "Careful with money, do not push above the budget.",
        "Works nights, mornings are no good.",
    ),
    "qualified": (
        "Good long call: knows what they want and can act.",
        "Two viewings pencilled in for Saturday.",
        "Registered for early alerts, very responsive.",
        "Proof of funds seen, all in order.",
        "Viewed two. Liked the second, worried about the road.",
        "Would offer today if the garden faced the other way.",
        "Solicitor named, survey next.",
        "References are with the tenancy team.",
    ),
    "converted": (
        "Lovely people, all agreed.",
        "Deal done. Card sent.",
        "Keys on the 14th.",
        "Offer accepted at the third try.",
        "Signed this morning. Asked them for a review.",
    ),
    "lost": (
        "Went with another agency.",
        "Has stopped looking for now.",
        "Staying put, they extend instead.",
        "Found something privately.",
        "Mortgage fell through. Ring again in spring.",
    ),
    "rejected": (
        "Number does not work, mails bounce.",
        "Was after something that we do not do.",
        "Selling a kitchen, not buying a home.",
        "Wanted the council, gave them the number.",
    ),
    "archived": (
        "No answer in weeks.",
        "Asked not to be contacted again this year.",
        "Tidied up: nothing heard since summer.",
        "Has moved abroad.",
    ),
}
