"""One-time codes of an authenticator app (RFC 6238)."""

import pyotp

STEP_S = 30
SLACK = 1  # steps to either side: RFC 6238 section 5.2 recommends one for slow hands and clocks


def new_secret() -> str:
    """Return a fresh secret, 160 bits in base 32."""
    return pyotp.random_base32()


def uri(secret: str, login: str) -> str:
    """Return the address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=login, issuer_name="Vigia")


def step_of(secret: str, code: str, now: float) -> int | None:
    """Return the time step whose code this is, or None.

    Args:
        secret: in base 32.
        code: as typed; spaces do not count.
        now: Unix seconds by the database's clock.
    """
    typed, totp, current = "".join(code.split()), pyotp.TOTP(secret), int(now) // STEP_S
    for step in range(current - SLACK, current + SLACK + 1):
        if pyotp.utils.strings_equal(typed, totp.generate_otp(step)):
            return step
    return None
