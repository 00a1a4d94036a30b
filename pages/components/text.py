"""Text of models, files and people, made fit to be shown: their Markdown may format, and nothing more."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

_ACTIVE = re.compile(r"[\\\[\]<>$:`|~#@&{}]")
# The browser makes links of bare addresses after it has parsed the Markdown, so that no escape reaches them; a
# character without width inside does.
_ADDRESS = re.compile(r"(?<=https)(?=:)|(?<=http)(?=:)|(?<=ftp)(?=:)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_NUMBERED_OR_BULLET = re.compile(r"^(\s{4,})(?=\S)", re.MULTILINE)


def safe_markdown(text: str) -> str:
    """Return Markdown in which emphasis, paragraphs and lists work, and links, images, HTML, formulas do not."""
    shallow = _NUMBERED_OR_BULLET.sub("   ", text)  # four spaces would make a code block
    return _ACTIVE.sub(lambda sign: f"\\{sign[0]}", _ADDRESS.sub(_WORD_JOINER, shallow))


def plain_label(text: str, longest: int = 60) -> str:
    """Return text for a widget's label: one line, cut, and nothing of it taken for Markdown."""
    line = " ".join(text.split())
    line = line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
    return re.sub(r"([\\`*_\[\]<>$:~#|!])", r"\\\1", line)


def safe_link(title: str, url: str) -> str:
    """Return a Markdown link to a public source, or its title alone where the address is not a plain https one."""
    label = plain_label(title, 160)
    return f"[{label}]({url})" if re.fullmatch(r"https://[\w./~%#?=&+,-]+", url) else label


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 5, 1, tzinfo=UTC)
    >>> ago(now - timedelta(minutes=3), now), ago(now - timedelta(hours=30), now)
    ('3 min ago', '1 day ago')
    """
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86400:
        return f"{seconds // 3600} h ago"
    days = seconds // 86400
    return f"{days} day{'s' if days > 1 else ''} ago"


def local_time(at: datetime) -> str:
    """Return a time as the visitor's clock shows it."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        zone = ZoneInfo("UTC")
    return at.astimezone(zone).strftime("%d %b %Y, %H:%M")
