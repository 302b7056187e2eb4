"""A device with one passkey, in software: what a page asks of it, it answers as a browser does."""

import html
import json
import re
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
PRESENT, VERIFIED = FLAG.UP, FLAG.UV


class Device:
    """What differs from a good device is set on it: what it says of its person, where it thinks it
    is, how often it says that it was used (a passkey that many devices share always says 0)."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = token_bytes(32)
        self.origin = "http://testserver"
        self.rp_id = "testserver"
        self.flags = PRESENT | VERIFIED
        self.count = 0
        self.person: bytes | None = None

    def make(self, options: dict[str, Any]) -> str:
        """What the browser sends for a new passkey."""
        self.person = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = self._data(FLAG.AT, credential)
        return self._answer(
            clientDataJSON=self._said(CollectedClientData.TYPE.CREATE, options),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def use(self, options: dict[str, Any]) -> str:
        """What the browser sends as a proof."""
        said = self._said(CollectedClientData.TYPE.GET, options)
        data = self._data(FLAG(0))
        signature = self.key.sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        more = {"userHandle": self.person} if self.person else {}
        return self._answer(
            clientDataJSON=said, authenticatorData=data, signature=signature, **more
        )

    def _data(self, more: AuthenticatorData.FLAG, credential: bytes = b"") -> AuthenticatorData:
        place = sha256(self.rp_id.encode()).digest()
        return AuthenticatorData.create(place, self.flags | more, self.count, credential)

    def _said(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, options["challenge"], self.origin)

    def _answer(self, **response: bytes) -> str:
        said = {name: websafe_encode(value) for name, value in response.items()}
        id_ = websafe_encode(self.id)
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": said})


def options_in(page: str) -> dict[str, Any]:
    """What a page has its browser ask for."""
    [said] = re.findall(r'data-(?:makes|uses)-passkey="(.*?)"', page)
    options: dict[str, Any] = json.loads(html.unescape(said))
    return options
