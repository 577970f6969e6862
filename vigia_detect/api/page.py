"""The one small page, in Spanish and English. It loads nothing and runs nothing."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from vigia_detect.domain.button import LABELS, Button

STYLE = (
    "body{font:1.2rem sans-serif;margin:2rem auto;max-width:30rem;padding:0 1rem}"
    "button{display:block;width:100%;margin:1rem 0;padding:1rem;font:inherit}"
)
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the permission
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "ask": "{person}, ¿qué responde a esta alerta?",
        "alert": "Alerta",
        "more": "Cuando corresponda:",
        "late": "Su respuesta no cambió nada: la alerta ya estaba respondida o cerrada.",
        "forged": "Este enlace no es válido.",
        "expired": "Este enlace venció.",
        "used": "Este enlace ya se usó.",
        "unauthorised": "Este enlace no permite esa respuesta.",
        "unavailable": "El sistema no responde: su respuesta NO quedó registrada.",
        "goes_on": "La alerta sigue su curso. Para responder use un mensaje más reciente, Slack o "
        "la persona a cargo del sistema.",
    },
    "en": {
        "ask": "{person}, how do you answer this alert?",
        "alert": "Alert",
        "more": "When it is so:",
        "late": "Your answer changed nothing: the alert had been answered or closed.",
        "forged": "This link is not valid.",
        "expired": "This link's time is over.",
        "used": "This link was used before.",
        "unauthorised": "This link does not allow that answer.",
        "unavailable": "The system does not answer: your answer was NOT recorded.",
        "goes_on": "The alert goes on. To answer, use a newer message, Slack or the person in "
        "charge of the system.",
    },
}


def language(accepted: str, default: str) -> str:
    """Return `es` or `en`: the first of the two that a browser accepts, else the default."""
    offered = (part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((lang for lang in offered if lang in TEXTS), default)


def page(lang: str, *paragraphs: str, form: str = "") -> str:
    """Return a whole page; paragraphs are plain text, the form is HTML of `buttons`."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Vigia</title>'
        f"<style>{STYLE}</style></head><body><h1>Vigia</h1>{body}{form}</body></html>"
    )


def buttons(lang: str, action: str, offered: Iterable[Button]) -> str:
    """Return a form that posts the pressed button to `action`."""
    shown = set(offered)
    inner = "".join(
        f'<button name="answer" value="{button}">{escape(LABELS[lang][button])}</button>'
        for button in Button
        if button in shown
    )
    return f'<form method="post" action="{escape(action)}">{inner}</form>'
