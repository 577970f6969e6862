"""A real OpenID Connect provider on loopback: FastAPI, keys and tokens by joserfc.

It keeps the protocol (codes count once, PKCE S256, client secret) and lies when a test says so.
"""

import base64
import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from web_host import web_host

CLIENT = "vigia"
SECRET = "secret-of-the-client"
Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """What the provider knows and how it lies."""

    url: str = ""
    user: str = "sub-ana"
    keys: list[RSAKey | ECKey] = field(default_factory=list)
    published: list[RSAKey | ECKey] = field(default_factory=list)
    twist: Callable[[Claims], Claims] = lambda claims: claims
    forge: Callable[[Claims], str] | None = None
    named: str = ""
    asked_keys: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, *, elliptic: bool = False) -> None:
        """Sign with a new key from now on; the old one is no longer published."""
        made = ECKey.generate_key("P-256") if elliptic else RSAKey.generate_key(2048)
        made.ensure_kid()
        self.keys, self.published = [made], [made]

    def sign(self, claims: Claims) -> str:
        if self.forge is not None:
            return self.forge(claims)
        key = self.keys[0]
        algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)

    def claims(self, nonce: str) -> Claims:
        now = int(time.time())
        made = {
            "iss": self.url,
            "sub": self.user,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        }
        return self.twist(made)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def describe() -> Claims:
            return {
                "issuer": self.named or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }

        @app.get("/keys")
        def keys() -> Claims:
            self.asked_keys += 1
            return {"keys": [key.as_dict(private=False) for key in self.published]}

        @app.get("/authorize")
        def authorize(request: Request) -> RedirectResponse:
            """Log the person in at once and send the browser back with a code."""
            asked = dict(request.query_params)
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            assert asked["scope"] == "openid"
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"], "iss": self.url})
            return RedirectResponse(f"{asked['redirect_uri']}?{back}")

        @app.post("/token")
        async def token(
            request: Request, authorization: Annotated[str, Header()] = ""
        ) -> JSONResponse:
            given = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
            asked = self._codes.pop(given.get("code", ""), None)  # a code counts once
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if authorization != f"Basic {basic}":
                return JSONResponse({"error": "invalid_client"}, 401)
            if asked is None or not _fits(asked, given):
                return JSONResponse({"error": "invalid_grant"}, 400)
            signed = self.sign(self.claims(asked["nonce"]))
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

        return app


def _fits(asked: dict[str, str], given: dict[str, str]) -> bool:
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        challenge == asked["code_challenge"] and given.get("redirect_uri") == asked["redirect_uri"]
    )


@contextlib.contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Serve a provider with one key until the block ends."""
    made = IdentityProvider()
    made.rotate()
    with web_host(made.app()) as url:
        made.url = url
        yield made
