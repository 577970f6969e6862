"""Login by a real provider on loopback, and every lie of it or of the browser refused."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from vigia_detect.bootstrap import Vigia
from vigia_detect.bootstrap.provider import login_by_provider
from vigia_detect.domain.access import Role
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.errors import (
    ConfigurationError,
    LoginRefusedError,
    UnavailableError,
)
from vigia_detect.security.oidc import Provider, check_secure
from vigia_detect.security.registry import NewAccount
from vigia_detect.settings import Settings

BACK = "http://127.0.0.1:9/callback"
Claims = dict[str, Any]


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        yield made


@pytest.fixture
def provider(idp: IdentityProvider) -> Provider:
    return Provider(issuer=idp.url, client_id=CLIENT, client_secret=SECRET)


def browse(url: str) -> str:
    """Return where the provider sends the browser."""
    return httpx.get(url).headers["location"]


def log_in(provider: Provider) -> str:
    journey = provider.begin(BACK)
    return provider.finish(journey, browse(journey.url))


def test_a_person_logs_in(idp: IdentityProvider, provider: Provider) -> None:
    assert log_in(provider) == f"{idp.url} sub-ana"


def test_rotated_keys_are_fetched_anew(idp: IdentityProvider, provider: Provider) -> None:
    log_in(provider)
    log_in(provider)
    assert idp.asked_keys == 1
    for elliptic in (False, True):
        idp.rotate(elliptic=elliptic)
        assert log_in(provider) == f"{idp.url} sub-ana"
    assert idp.asked_keys == 3


def test_a_key_that_is_not_published_is_refused(idp: IdentityProvider, provider: Provider) -> None:
    published = idp.published
    idp.rotate()
    idp.published = published
    with pytest.raises(LoginRefusedError):
        log_in(provider)


def changed(**values: object) -> Callable[[Claims], Claims]:
    return lambda claims: {k: v for k, v in {**claims, **values}.items() if v is not None}


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://other.example.org"},
        {"iss": None},
        {"aud": "other-program"},
        {"aud": None},
        {"aud": ["other-program"]},
        {"aud": [CLIENT, "other-program"]},
        {"aud": [CLIENT, "other-program"], "azp": "other-program"},
        {"azp": "other-program"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 7200},
        {"iat": None},
        {"nbf": int(time.time()) + 7200},
        {"sub": None},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(
    idp: IdentityProvider, provider: Provider, lie: dict[str, object]
) -> None:
    idp.twist = changed(**lie)
    with pytest.raises(LoginRefusedError):
        log_in(provider)


def test_several_audiences_with_us_as_the_party_are_right(
    idp: IdentityProvider, provider: Provider
) -> None:
    idp.twist = changed(aud=[CLIENT, "other"], azp=CLIENT)
    assert log_in(provider)


def b64(part: Claims | bytes) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims: Claims) -> str:
    return f"{b64({'alg': 'none'})}.{b64(claims)}."


def test_forged_signatures_are_refused(idp: IdentityProvider, provider: Provider) -> None:
    own = RSAKey.generate_key(2048)
    public = idp.published[0].as_pem(private=False)
    kid = idp.published[0].kid

    def by_public_key(claims: Claims) -> str:
        signed = ".".join(map(b64, ({"alg": "HS256", "kid": kid}, claims)))
        return f"{signed}.{b64(hmac.digest(public, signed.encode(), 'sha256'))}"

    forgeries: list[Callable[[Claims], str]] = [
        unsigned,
        by_public_key,
        lambda claims: jwt.encode({"alg": "RS256", "kid": kid}, claims, own),
        lambda claims: jwt.encode({"alg": "RS256"}, claims, own),
        lambda _: "no.token.at.all",
        lambda claims: jwt.encode({"alg": "RS256", "kid": kid}, claims, idp.keys[0])[:-4] + "AAAA",
    ]
    for forge in forgeries:
        idp.forge = forge
        with pytest.raises(LoginRefusedError):
            log_in(provider)


def test_the_browser_must_bring_back_what_it_was_given(
    idp: IdentityProvider, provider: Provider
) -> None:
    journey, other = provider.begin(BACK), provider.begin(BACK)
    returned = browse(journey.url)
    for wrong in (
        browse(other.url),
        returned.replace(journey.state, "x" * len(journey.state)),
        f"{BACK}?code=x",
        f"{BACK}?error=access_denied&state={journey.state}",
        f"{BACK}?state={journey.state}&code=made-up",
        f"{BACK}?state={journey.state}&code=x&iss=https%3A%2F%2Fother.example.org",
        "",
    ):
        with pytest.raises(LoginRefusedError):
            provider.finish(journey, wrong)
    assert provider.finish(journey, returned) == f"{idp.url} sub-ana"
    with pytest.raises(LoginRefusedError):
        provider.finish(journey, returned)  # the code was used


def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    idp: IdentityProvider, provider: Provider
) -> None:
    journey = provider.begin(BACK)
    returned = browse(journey.url)
    thief = Provider(issuer=idp.url, client_id=CLIENT, client_secret=SECRET).begin(BACK)
    stolen = returned.replace(journey.state, thief.state)
    with pytest.raises(LoginRefusedError):
        provider.finish(thief, stolen)


def test_a_wrong_client_secret_is_refused(idp: IdentityProvider) -> None:
    wrong = Provider(issuer=idp.url, client_id=CLIENT, client_secret="wrong")
    with pytest.raises(LoginRefusedError):
        log_in(wrong)


def test_a_provider_that_calls_itself_otherwise_is_refused(
    idp: IdentityProvider, provider: Provider
) -> None:
    idp.named = "https://other.example.org"
    with pytest.raises(ConfigurationError, match="VIGIA_OIDC_ISSUER"):
        provider.begin(BACK)


def test_a_provider_that_is_away_is_unavailable() -> None:
    away = Provider(issuer="http://127.0.0.1:9", client_id=CLIENT)
    with pytest.raises(UnavailableError):
        away.begin(BACK)


@pytest.mark.parametrize("url", ["http://id.example.org", "ftp://127.0.0.1", "", "id.example.org"])
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        check_secure(url)


@pytest.fixture
def vigia(idp: IdentityProvider, tmp_path: Path) -> Iterator[Vigia]:
    settings = Settings(
        home=tmp_path,
        oidc_issuer=idp.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SecretStr(SECRET),
    )
    made = Vigia(settings)
    made.store.upgrade()
    known = f"{idp.url} sub-ana"
    new = NewAccount("asoto", "Ana Soto", frozenset({Role.NURSE}), oidc_subject=known)
    made.registry.add(new, by="test")
    yield made
    made.close()


def through_the_browser(vigia: Vigia) -> str:
    """Log in as a person does: a thread follows the address, as the browser would."""
    browsers = []

    def open_browser(url: str) -> None:
        back = browse(url)
        door = back.partition("?")[0]
        pages = [f"{door}?code=x&state=wrong", f"{door.replace('callback', 'favicon')}", back]
        thread = threading.Thread(target=lambda: [httpx.get(page) for page in pages])
        browsers.append(thread)
        thread.start()

    try:
        return login_by_provider(vigia, open_browser, port=0, page="Listo")
    finally:
        for thread in browsers:
            thread.join()


def test_a_login_from_the_terminal_to_the_session(vigia: Vigia) -> None:
    token = through_the_browser(vigia)
    assert vigia.door.bearer(token).name == "asoto"
    with vigia.store.read() as work:
        (done,) = work.audit.of_event(AuditEvent.LOGIN_DONE, 0.0)
    assert (done.actor, done.detail["how"]) == ("asoto", "oidc")


@pytest.mark.parametrize("closed", [True, False])
def test_whom_vigia_does_not_know_or_has_closed_does_not_get_in(
    vigia: Vigia, idp: IdentityProvider, *, closed: bool
) -> None:
    if closed:
        vigia.registry.disable("asoto", by="test")
    else:
        idp.user = "sub-stranger"
    with pytest.raises(LoginRefusedError):
        through_the_browser(vigia)
    with vigia.store.read() as work:
        (refused,) = work.audit.of_event(AuditEvent.LOGIN_REFUSED, 0.0)
    assert refused.detail == {"reason": "disabled" if closed else "unknown", "how": "oidc"}


def test_a_lie_of_the_provider_is_recorded(vigia: Vigia, idp: IdentityProvider) -> None:
    idp.twist = changed(aud="other")
    with pytest.raises(LoginRefusedError):
        through_the_browser(vigia)
    with vigia.store.read() as work:
        (refused,) = work.audit.of_event(AuditEvent.LOGIN_REFUSED, 0.0)
    assert refused.detail["how"] == "oidc"


def test_without_a_provider_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="VIGIA_OIDC_ISSUER"):
        login_by_provider(Vigia(Settings(home=tmp_path)), print, port=0, page="")
