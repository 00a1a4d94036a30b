"""A small picture of a signal: the evidence and the rate with its usual band, as a PNG and as text."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.drift.model import DAY, WEEK, Floats, start_of
from core.drift.replay import Path

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 300, 56, 34, 34
BARS = "▁▂▃▄▅▆▇█"
BLACK, GREY, BLUE, BAND, ORANGE = "#222222", "#888888", "#0072B2", "#DCEAF4", "#D55E00"
"""Colours of Okabe and Ito, which people who see no red or no green tell apart."""


def rates(path: Path, hours: int = 6) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the rate and the expected band in spans of `hours` of the last two weeks; NaN where nothing happened."""
    size = min(len(path.evidence), 2 * WEEK) // hours * hours
    if not size:
        return (np.zeros(0),) * 4
    trials, positives, expected, low, high = (
        one[-size:].reshape(-1, hours).astype(float)
        for one in (path.tally.trials, path.tally.positives, path.expected, path.low, path.high)
    )
    weights = trials + 1e-9
    sums = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(trials.sum(axis=1) > 0, positives.sum(axis=1) / trials.sum(axis=1), np.nan)
    usual, below, above = ((one * weights).sum(axis=1) / sums for one in (expected, low, high))
    return rate, usual, below, above


def sparkline(path: Path) -> str:
    """Return the rate of the last two weeks, a sign a day, for channels that show text only; a dot where none is.

    >>> BARS[0], BARS[-1]
    ('▁', '█')
    """
    rate = rates(path, DAY)[0]
    known = rate[~np.isnan(rate)]
    if not len(known):
        return ""
    span = max(float(known.max() - known.min()), 1e-9)
    return "".join("·" if np.isnan(one) else BARS[int((one - known.min()) / span * 7.999)] for one in rate)


def picture(path: Path) -> bytes:
    """Return a PNG of 720 x 300: the rate of the last two weeks in spans of 6 hours, its usual band, and the onset."""
    rate, usual, low, high = rates(path)
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(14)
    draw.text((LEFT, 8), f"{path.signal.plural.capitalize()}: rate in 6 hours, and what is usual", BLACK, font)
    if len(rate):
        _draw(draw, font, path, (rate, usual, low, high))
    kept = BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _draw(
    draw: ImageDraw.ImageDraw, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, path: Path,
    lines: tuple[Floats, Floats, Floats, Floats],
) -> None:  # fmt: skip
    rate, usual, low, high = lines
    top = min(1.0, max(0.05, 1.15 * float(np.nanmax(np.concatenate([rate, high])))))
    across = np.linspace(LEFT, WIDTH - 16, max(2, len(rate)))[: len(rate)]

    def down(share: float) -> float:
        return HEIGHT - BOTTOM - min(share, top) / top * (HEIGHT - TOP - BOTTOM)

    upper = [(x, down(y)) for x, y in zip(across, high, strict=True)]
    lower = [(x, down(y)) for x, y in zip(across, low, strict=True)]
    if len(upper) > 1:
        draw.polygon([*upper, *reversed(lower)], fill=BAND)
        draw.line([(x, down(y)) for x, y in zip(across, usual, strict=True)], fill=GREY, width=1)
    for share in (0.0, top / 2, top):
        draw.text((8, down(share) - 8), f"{share:.0%}", GREY, font)
        draw.line([(LEFT, down(share)), (WIDTH - 16, down(share))], fill="#E6E6E6")
    points = [(x, down(y)) for x, y in zip(across, rate, strict=True) if not np.isnan(y)]
    if len(points) > 1:
        draw.line(points, fill=BLUE, width=2, joint="curve")
    first = path.window.until - 6 * len(rate)
    onset = int(path.onsets[-1])
    if onset >= first and path.standings[-1].level.rank > 0:
        x = float(np.interp(onset, [first, path.window.until], [across[0], across[-1]]))
        draw.line([(x, TOP), (x, HEIGHT - BOTTOM)], fill=ORANGE, width=2)
        draw.text((min(x + 4, WIDTH - 90), TOP), "onset", ORANGE, font)
    for hour, x, anchor in ((first, LEFT, "la"), (path.window.until, WIDTH - 16, "ra")):
        draw.text((x, HEIGHT - BOTTOM + 8), f"{start_of(hour):%d %b %H:%M} UTC", GREY, font, anchor=anchor)
