"""What passkeys take of a server (WebAuthn Level 2), by Yubico's fido2: what the browser is asked,
and whether its answer is good. It knows requests and keys, and no rows.

Challenges lie in the session, on the server; each is taken once, by the person it was drawn for,
within ten minutes. The person has to show their device that it is they (user verification, by a
finger, a face or a PIN): a passkey also stands in place of the password where a recent sign-in is
asked for, and a key left plugged in must not be enough for that. Who made the device is not asked
for (no attestation): an agency has no list of devices that it trusts.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from organisations.models import User
from organisations.models.passkey import ID_LONGEST

ANSWER_LONGEST = 10_000  # characters; a browser's own answer has one or two thousand
_LIFE = 10 * 60  # seconds, as long as a first step holds
_TO_MAKE, _TO_USE = "passkey_to_make", "passkey_to_use"  # a session's challenges
_VERIFICATION = UserVerificationRequirement.REQUIRED
_ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256: what devices have


class Refused(Exception):
    """The browser's answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """The public half of a passkey, and how often its device says that it was used."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_to_make(request: HttpRequest, person: User, known: Iterable[bytes]) -> str:
    """What a browser is asked for a new passkey, as JSON. A device with a known one makes none."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=person.pk.bytes, name=person.email, display_name=person.name
        ),
        credentials=_descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=_VERIFICATION,
    )
    _keep(request, _TO_MAKE, person, state["challenge"])
    return json.dumps(dict(options)["publicKey"])


def made(request: HttpRequest, person: User, answer: str) -> Key:
    """The passkey that the browser made when it was asked; Refused where that is none."""
    state = _taken(request, _TO_MAKE, person)
    try:
        said = _server().register_complete(state, json.loads(answer))
        credential = cast("AttestedCredentialData", said.credential_data)
        key = Key(credential.credential_id, cbor.encode(credential.public_key), said.counter)
        algorithm = credential.public_key[3]
    except Exception as fault:  # as many kinds as there are ways for a text to be no answer
        raise Refused(str(fault)) from fault
    if algorithm not in _ALGORITHMS or len(key.credential_id) > ID_LONGEST:
        raise Refused("no key of a kind that was asked for")
    return key


def ask_to_use(request: HttpRequest, person: User, known: Iterable[bytes]) -> str:
    """What a browser is asked for a proof by one of the known passkeys, as JSON."""
    options, state = _server().authenticate_begin(
        _descriptors(known), user_verification=_VERIFICATION
    )
    _keep(request, _TO_USE, person, state["challenge"])
    return json.dumps(dict(options)["publicKey"])


def used(request: HttpRequest, person: User, answer: str, keys: Iterable[Key]) -> Key:
    """Which of the person's keys the answer is a proof by, with its new count; Refused if none.

    A device that counts has counted on: else there are two of it (section 6.1.1).
    """
    state = _taken(request, _TO_USE, person)
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        key = next(key for key in keys if key.credential_id == response.raw_id)
        _server().authenticate_complete(state, [_credential_of(key)], response)
        count = response.response.authenticator_data.counter
    except Exception as fault:
        raise Refused(str(fault)) from fault
    if response.response.user_handle not in (None, b"", person.pk.bytes):
        raise Refused("made for somebody else")
    if (count or key.sign_count) and count <= key.sign_count:
        raise Refused("its device has not counted on")
    return replace(key, sign_count=count)


def _server() -> Fido2Server:
    """Sift under its one address: a passkey made there works there alone."""
    address = urlsplit(settings.SIFT_URL)
    origin = f"{address.scheme}://{address.netloc}"
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=address.hostname, name="Sift"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda said: said == origin,
    )
    server.allowed_algorithms = [one for one in server.allowed_algorithms if one.alg in _ALGORITHMS]
    return server


def _credential_of(key: Key) -> AttestedCredentialData:
    public_key = CoseKey.parse(cast("dict[int, Any]", cbor.decode(key.public_key)))
    return AttestedCredentialData.create(Aaguid.NONE, key.credential_id, public_key)


def _descriptors(known: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=id_) for id_ in known]


def _keep(request: HttpRequest, name: str, person: User, challenge: str) -> None:
    """A page that is asked for anew takes the place of the one before: one challenge each."""
    until = int(time.time()) + _LIFE
    request.session[name] = {"challenge": challenge, "person": person.pk.hex, "until": until}


def _taken(request: HttpRequest, name: str, person: User) -> dict[str, Any]:
    """The challenge that was kept, in the form that fido2 has for it; Refused where none is."""
    kept = request.session.take(name)  # type: ignore[attr-defined]  # our own engine's
    if kept is None or kept["person"] != person.pk.hex or kept["until"] < time.time():
        raise Refused("nothing was asked, or too long ago")
    return {"challenge": kept["challenge"], "user_verification": _VERIFICATION}
