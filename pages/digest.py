"""The week as one HTML file that opens without a network, with the same charts; `python -m pages.digest` writes it."""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import re
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from plotly.offline import get_plotlyjs

from core.access.model import Actor, system
from core.bootstrap import Services, build_services
from core.errors import CoachError, InputError
from core.monitoring.export import Table
from core.setting_sources import load_settings
from pages.components import panels
from pages.components.look import Look
from pages.components.panels import Panel
from pages.components.period import zone_of
from pages.components.reading import reading_of
from pages.components.tiles import Tile, tiles_of

TEMPLATE = Path(__file__).parent / "components" / "digest.html"
TOPICS = 10


def digest(services: Services, actor: Actor, zone: ZoneInfo) -> bytes:
    """Return the report on the last seven days, compared with the seven before, as HTML in UTF-8.

    It holds Plotly itself, compressed; a reader without JavaScript sees the numbers and the tables.
    """
    look = Look(span="7d")
    reading = reading_of(look, services, actor, zone)
    board = services.monitoring.board(actor, reading.view, reading.before)
    total, before = board.series.total, board.before.total if board.before else None
    shown = [*panels.overview(board, reading.scene), *panels.traffic(board, reading.scene)]
    lists = [
        ("Topics that miss", panels.ranked(board, reading.scene, panels.missing, "misses")[0]),
        ("Topics that are disliked", panels.ranked(board, reading.scene, lambda one: one.dislike_rate, "dislikes")[0]),
    ]
    since, until = (at.astimezone(zone) for at in (reading.period.since, reading.period.until))
    parts = {
        "title": f"{services.settings.product_name}: the week to {until:%d %B %Y}",
        "range": f"{since:%a %d %b %Y, %H:%M} to {until:%a %d %b %Y, %H:%M} ({zone.key}), beside the week before",
        "made": f"{services.clock.now().astimezone(zone):%d %b %Y, %H:%M}",
    }
    figures = {panel.key: json.loads(panel.figure.to_json()) for panel in shown if not panel.empty}
    raw = {
        "tiles": "".join(map(_tile, tiles_of(total, before))),
        "panels": "".join(map(_panel, shown)),
        "lists": "".join(f"<section><h2>{title}</h2>{_table(table, TOPICS)}</section>" for title, table in lists),
        "figures": json.dumps(figures).replace("<", "\\u003c"),  # no text in it can end the script
        "plotly": base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode(),
    }
    filled = {**{name: escape(value) for name, value in parts.items()}, **raw}
    return re.sub(r"\{\{(\w+)\}\}", lambda place: filled[place[1]], TEMPLATE.read_text(encoding="utf-8")).encode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the digest to a file; return 0, or 1 with a sentence on what is wrong."""
    asked = argparse.ArgumentParser(
        prog="python -m pages.digest", description="Write the weekly digest as one HTML file."
    )
    asked.add_argument("out", type=Path, help="the file to write")
    asked.add_argument("--zone", default="UTC", help="time zone of its days, such as Europe/Berlin")
    given = asked.parse_args(arguments)
    try:
        zone = zone_of(given.zone, None)
        if zone.key != given.zone:
            raise InputError(f"There is no time zone {given.zone}; write one as Europe/Berlin.")
        settings = load_settings()
        services = build_services(settings)
        try:
            services.database.migrate()
            given.out.write_bytes(digest(services, system(settings.tenant), zone))
        finally:
            services.close()
    except (CoachError, OSError) as error:
        sys.stderr.write(f"No digest was written: {error}\n")
        return 1
    sys.stdout.write(f"{given.out}\n")
    return 0


def _tile(tile: Tile) -> str:
    tone = _tone(tile) if tile.clear and tile.good != "neither" and tile.change[:1] in ("+", "-") else ""
    change = f'<span class="change {tone}">{escape(tile.change)}</span> ' if tile.change else ""
    return (
        f'<div class="tile" title="{escape(tile.help)}"><h3>{escape(tile.label)}</h3><b>{escape(tile.value)}</b>'
        f"<p>{change}{escape(tile.note)}</p></div>"
    )


def _tone(tile: Tile) -> str:
    rises = tile.change.startswith("+")
    return "better" if rises == (tile.good == "up") else "worse"


def _panel(panel: Panel) -> str:
    if panel.empty:
        inside = f"<p>{escape(panel.empty)}</p>"
    else:
        table = f"<details><summary>Table</summary>{_table(panel.table)}</details>"
        inside = f'<div class="chart" id="{panel.key}"></div>{table}'
    return f"<section><h2>{escape(panel.title)}</h2><p>{escape(panel.says)}</p>{inside}</section>"


def _table(table: Table, most: int = 200) -> str:
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in table.rows[:most])
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: object) -> str:
    if cell is None:
        return "–"
    return f"{cell:.4g}" if isinstance(cell, float) else escape(str(cell))


if __name__ == "__main__":
    sys.exit(main())
