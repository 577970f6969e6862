"""The one small page, in Spanish and English. It loads nothing and runs nothing."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from vigia_detect.domain.button import LABELS, Button

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.15rem/1.4 system-ui,sans-serif;margin:0 auto;max-width:30rem;padding:1rem}"
    "h1{font-size:1rem;font-weight:600;margin:0 0 1rem}"
    "h2{font-size:1.35rem;line-height:1.25;margin:0 0 1rem}"
    ".small{font-size:.9rem;overflow-wrap:anywhere}"
    "button{display:block;width:100%;min-height:4.5rem;margin:1rem 0;padding:.75rem 1rem;"
    "font:inherit;text-align:left;border:2px solid;border-radius:.5rem;"
    "background:Canvas;color:CanvasText}"
    "button.first{background:#0b5d1e;border-color:#0b5d1e;color:#fff}"  # contrast 7.9 to 1
    "button b{display:block;font-size:1.3rem}"
    ":focus-visible{outline:4px solid #e08a00;outline-offset:3px}"
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
        Button.ON_MY_WAY: "Yo la tomo; no se avisa a nadie más.",
        Button.IN_PROGRESS: "Ya estoy actuando: la alerta queda atendida.",
        Button.NOT_MINE: "No puedo; se avisa de inmediato a los siguientes.",
        "taken": "La tomó {person}.",
        "more": "Cuando corresponda:",
        "late": "Su respuesta no cambió nada: la alerta ya estaba respondida o cerrada.",
        "forged": "Este enlace no es válido.",
        "expired": "Este enlace venció.",
        "used": "Este enlace ya se usó: esa respuesta quedó registrada.",
        "unauthorised": "Este enlace no permite esa respuesta.",
        "unavailable": "El sistema no responde: su respuesta NO quedó registrada.",
        "goes_on": "La alerta sigue su curso. Para responder use un mensaje más reciente, Slack o "
        "la persona a cargo del sistema.",
    },
    "en": {
        "ask": "{person}, how do you answer this alert?",
        "alert": "Alert",
        Button.ON_MY_WAY: "I take it on; nobody else is told.",
        Button.IN_PROGRESS: "I am acting: the alert is done with.",
        Button.NOT_MINE: "I cannot; the next people are told at once.",
        "taken": "{person} has taken it on.",
        "more": "When it is so:",
        "late": "Your answer changed nothing: the alert had been answered or closed.",
        "forged": "This link is not valid.",
        "expired": "This link's time is over.",
        "used": "This link was used before: that answer was recorded.",
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


def page(lang: str, heading: str, *paragraphs: str, note: str = "", form: str = "") -> str:
    """Return a whole page.

    Args:
        lang: of the texts.
        heading: what it says first, plain text, as are the paragraphs and the note.
        paragraphs: what follows.
        note: in small letters at the end, such as an id.
        form: HTML of `buttons`.
    """
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    small = f'<p class="small">{escape(note)}</p>' if note else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(heading)} · Vigia</title><style>{STYLE}</style></head>"
        f"<body><main><h1>Vigia</h1><h2>{escape(heading)}</h2>{body}{form}{small}</main></body>"
        "</html>"
    )


def buttons(lang: str, action: str, offered: Iterable[Button]) -> str:
    """Return a form that posts the pressed button to `action`; each says what it does."""
    shown = set(offered)
    inner = "".join(_button(lang, button) for button in Button if button in shown)
    return f'<form method="post" action="{escape(action)}">{inner}</form>'


def _button(lang: str, button: Button) -> str:
    first = ' class="first"' if button == Button.ON_MY_WAY else ""
    return (
        f'<button name="answer" value="{button}"{first}>'
        f"<b>{escape(LABELS[lang][button])}</b>{escape(TEXTS[lang][button])}</button>"
    )
