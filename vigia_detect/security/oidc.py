"""Login by the hospital's identity provider: OpenID Connect Core 1.0, authorisation code, PKCE."""

import hmac
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from vigia_detect.errors import ConfigurationError, LoginRefusedError, UnavailableError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key pair only: no shared secret, and never `none`."""
TIMEOUT_S = 10.0
LEEWAY_S = 60
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
METADATA = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journey:
    """One login on its way through the browser: what must come back with it."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """One identity provider.

    Args:
        issuer: its address, as it writes it in its tokens.
        client_id: what it calls us.
        client_secret: ours there, or None for a public client.
        ca_file: PEM certificates to trust, or None for the usual ones.
        clock: Unix seconds.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str | None = None,
        ca_file: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._verify: str | bool = ca_file or True
        self._clock = clock
        self._known: Fields | None = None
        self._keys: KeySet | None = None

    def begin(self, redirect_uri: str) -> Journey:
        """Return a new login's journey; its `url` is for the person's browser.

        Raises:
            UnavailableError: the provider does not answer.
            ConfigurationError: what it says of itself is not right.
        """
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._session(redirect_uri) as session:
            url, state = session.create_authorization_url(
                self._metadata()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Journey(url, redirect_uri, state, nonce, verifier)

    def finish(self, journey: Journey, returned: str) -> str:
        """Return who logged in: issuer and subject, as one text.

        Args:
            journey: as it began.
            returned: the address to which the browser was sent back.

        Raises:
            LoginRefusedError: something of what came back is not right.
            UnavailableError: the provider does not answer.
        """
        self._check_return(journey, returned)
        with self._session(journey.redirect_uri) as session, _refusals():
            answer: Mapping[str, object] = session.fetch_token(
                self._metadata()["token_endpoint"],
                authorization_response=returned,
                state=journey.state,
                code_verifier=journey.verifier,
                allow_redirects=False,  # code and secret go to the checked address only
            )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginRefusedError("The provider sent no identity token.")
        with _refusals():
            return subject(self._issuer, self._claims(token, journey.nonce)["sub"])

    def _check_return(self, journey: Journey, returned: str) -> None:
        query = parse_qs(urlsplit(returned).query)
        state, issuer = query.get("state", [""])[0], query.get("iss", [self._issuer])[0]
        if not hmac.compare_digest(state.encode(), journey.state.encode()):
            raise LoginRefusedError("The browser came back from another login.")
        if issuer != self._issuer:  # RFC 9207: another provider's answer was mixed in
            raise LoginRefusedError("The browser came back from another provider.")

    def _claims(self, token: str, nonce: str) -> Fields:
        """Return the checked claims (OpenID Connect Core 1.0, 3.1.3.7)."""
        try:
            claims = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:  # the provider may have changed its keys since we last asked
            self._keys = None
            claims = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise LoginRefusedError("The identity token was made for another program.")
        return claims

    def _metadata(self) -> Fields:
        if self._known is None:
            found = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise ConfigurationError("VIGIA_OIDC_ISSUER is not what the provider calls itself.")
            for name in METADATA:
                check_secure(str(found.get(name, "")))
            self._known = found
        return self._known

    def _key_set(self) -> KeySet:
        if self._keys is None:
            self._keys = KeySet.import_key_set(self._get(self._metadata()["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    def _get(self, url: str) -> Fields:
        check_secure(url)
        with _network():
            answer = requests.get(
                url, timeout=TIMEOUT_S, verify=self._verify, allow_redirects=False
            )
            answer.raise_for_status()
            found: Fields = answer.json()
        return found

    @contextmanager
    def _session(self, redirect_uri: str) -> Iterator[Any]:
        session = OAuth2Session(
            self._client_id,
            self._secret,
            scope="openid",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            default_timeout=TIMEOUT_S,
        )
        session.verify = self._verify
        with session, _network():
            yield session


def subject(issuer: str, sub: str) -> str:
    """Return the name of somebody at a provider; another provider's same `sub` is another."""
    return f"{issuer} {sub}"


def check_secure(url: str) -> None:
    """Refuse an address without TLS, but for one on this machine. Raises ConfigurationError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigurationError("The identity provider's addresses must start with https:")


@contextmanager
def _network() -> Iterator[None]:
    """Turn network failures into UnavailableError; their texts may quote codes and secrets."""
    try:
        yield
    except requests.RequestException:
        raise UnavailableError("The identity provider does not answer as it should.") from None


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what libraries find wrong into LoginRefusedError, without their words."""
    try:
        yield
    except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
        kind = type(error).__name__
        raise LoginRefusedError(
            "The provider's answer does not count ({kind}).", kind=kind
        ) from None
