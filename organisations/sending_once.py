"""A form that is pressed twice acts once, and the second press gets the answer of the first.

The browser shows the answer to the last press only, so that of the first would never be seen: a key
that lives and that nobody has. The rule holds for a minute (models/sent_form.py), in every process:
the form is written down in the transaction of what it does, and a second press waits for that.

It is for acts which done twice would do harm, or would answer otherwise the second time ("this name
is taken"). What merely sets a value needs it not.
"""

from collections.abc import Callable
from functools import update_wrapper
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.contrib import messages
from django.http import HttpResponse

from foundation.drawing import new_seed
from foundation.web.cookies import MessageStorage
from foundation.web.form_ids import form_id_of
from foundation.web.pages import SeeOther
from organisations.changes.numbering import numbered_last
from organisations.models import SentForm
from organisations.requests import SignedInRequest

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def sent_once(*, again: View[...] | None = None) -> Callable[[View[P]], View[P]]:
    """A view whose POST acts once, though its form is sent twice.

    Where the view redirects, the second press is led there too, with the same messages. Where it
    answers with a page, `again` makes that page once more, drawing its secrets from `seed_of()`;
    without `again` HTMX, which shows both answers, is told that there is nothing to show.

    What was refused (4xx) is forgotten, and what raised is undone: such a form may be sent again.
    """

    def decorate(view: View[P]) -> View[P]:
        def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            form_id = form_id_of(request) if request.method == "POST" else None
            if form_id is None:
                return view(request, *args, **kwargs)
            SentForm.objects.delete_old()
            with numbered_last():
                sent, is_first = _written_down(request)
                request.form_seed = sent.seed(form_id)
                if not is_first:
                    return _answer_again(request, sent) or (again or _nothing_to_show)(
                        request, *args, **kwargs
                    )
                answer = view(request, *args, **kwargs)
                _keep(sent, request, answer)
            return answer

        return update_wrapper(checked, view)

    return decorate


def seed_of(request: SignedInRequest) -> bytes:
    """What a secret is drawn from: the same at each press of one form, else a new one."""
    return getattr(request, "form_seed", None) or new_seed()


def _written_down(request: SignedInRequest) -> tuple[SentForm, bool]:
    """The form's row, and whether this is the first press of it. Waits for a first under way."""
    person = request.user
    new = SentForm(
        organisation_id=person.organisation_id,
        person_id=person.pk,
        digest=_digest(request),
        half=new_seed(),
    )
    SentForm.objects.bulk_create([new], ignore_conflicts=True)
    stands = SentForm.objects.of(person).get(digest=new.digest)
    return stands, stands.pk == new.pk


def _digest(request: SignedInRequest) -> str:
    """Of where the form was sent to and all that it said: changed by hand it is another form.

    The token alone may differ from press to press.
    """
    said = [
        (name, values)
        for name, values in sorted(request.POST.lists())
        if name != "csrfmiddlewaretoken"
    ]
    return sha256(repr((request.get_full_path(), said)).encode()).hexdigest()


def _keep(sent: SentForm, request: SignedInRequest, answer: HttpResponse) -> None:
    """Remember what was answered; nothing of what was refused.

    The row is this press's own: it waits for nobody, though the trail's lock may be held by now.
    """
    if answer.status_code >= 400:
        sent.delete()
        return
    added = _messages_of(request).added
    sent.location = answer.headers.get("Location")
    sent.said = [[each.level, str(each.message), each.extra_tags] for each in added]
    sent.save(update_fields=["location", "said"])


def _answer_again(request: SignedInRequest, sent: SentForm) -> HttpResponse | None:
    """The redirect that the first press was answered with, if it was one."""
    if sent.location is None:
        return None
    for level, words, tags in sent.said:
        _messages_of(request).add_unless_waiting(level, words, tags)
    return SeeOther(sent.location)


def _messages_of(request: SignedInRequest) -> MessageStorage:
    return cast("MessageStorage", messages.get_messages(request))


def _nothing_to_show(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=204)
