"""A report as JSON for machines and as one HTML page for people. Nothing in the page is fetched from elsewhere."""

from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from core.drift.finding import Finding
from core.drift.model import Signal, start_of
from core.drift.records import DriftReport
from core.drift.sentence import sentence

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}.lead{font-size:1.2rem}small{color:#555}img{max-width:100%}
"""


def as_json(report: DriftReport) -> str:
    """Return every fact of a report; times in UTC, shares in [0, 1]."""
    facts = report.model_dump(mode="json")
    facts["since"] = start_of(report.since_hour).isoformat()
    facts["until"] = start_of(report.until_hour).isoformat()
    return json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False)


def as_html(report: DriftReport, zone: ZoneInfo, pictures: dict[Signal, bytes] | None = None) -> str:
    """Return a page that needs no network and runs no script; every text in it is escaped."""
    title = f"Drift report, {report.kind}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{_time(report.since_hour, zone)} to {_time(report.until_hour, zone)}: <b>{escape(report.level)}</b></p>",
        f'<p class="lead">{escape(report.sentence)}</p>',
        f"<p><b>{escape(report.advice.get('words', ''))}</b> {escape(report.advice.get('why', ''))}</p>",
        _signals(report, zone),
        *(
            f'<h2>{escape(signal.plural.capitalize())}</h2><img alt="Rate and what is usual" '
            f'src="data:image/png;base64,{b64encode(data).decode()}">'
            for signal, data in (pictures or {}).items()
        ),
        _topics(report.questions.get("grown", [])),
        _changes(report.changes, zone),
        f"<p><small>Report {escape(report.id)} · reference {escape(report.reference_id or 'none')} · inputs "
        f"{escape(report.inputs_hash)}</small></p>",
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _signals(report: DriftReport, zone: ZoneInfo) -> str:
    rows = []
    for facts in report.findings:
        one = Finding.read(facts)
        numbers = (_share(one.rate), _share(one.usual), f"{one.positives} of {one.trials}", _share(one.floor))
        evidence = "–" if one.evidence is None else f"{one.evidence:,.1f} of {one.alarm_at:,.0f}"
        cells = "".join(f'<td class="n">{escape(cell)}</td>' for cell in (*numbers, evidence))
        rows.append(
            f"<tr><td>{escape(one.signal.plural)}</td><td>{escape(one.level)}</td>{cells}</tr>"
            f'<tr><td colspan="7"><small>{escape(sentence(one, zone))}</small></td></tr>'
        )
    head = "".join(
        f"<th>{name}</th>" for name in ("Signal", "Level", "Rate", "Usual", "Counted", "At least (95 %)", "Evidence")
    )
    return f"<h2>Signals</h2><table><tr>{head}</tr>{''.join(rows)}</table>"


def _topics(grown: list[dict[str, Any]]) -> str:
    if not grown:
        return ""
    rows = []
    for topic in grown:
        asked = "".join(f"<li>{escape(text)}</li>" for text in topic["typical"])
        rows.append(
            f"<h3>{escape(topic['name'])}</h3><p>{topic['share_before']:.1%} of the questions before, "
            f"{topic['share_after']:.1%} now · missed {_ratio(topic['missed'])} · disliked {_ratio(topic['disliked'])}"
            f"<br>Words: {escape(', '.join(topic['words']))}</p><ul>{asked}</ul>"
        )
    return f"<h2>Topics that grew</h2>{''.join(rows)}"


def _changes(changes: list[dict[str, Any]], zone: ZoneInfo) -> str:
    if not changes:
        return ""
    rows = "".join(
        f"<tr><td>{_time(int(one['hour']), zone)}</td><td>{escape(str(one['signal']))}</td>"
        f"<td>{escape(str(one['before']))} → {escape(str(one['after']))}</td></tr>"
        for one in changes
    )
    return f"<h2>Changes of level</h2><table>{rows}</table>"


def _time(hour: int, zone: ZoneInfo) -> str:
    return escape(f"{start_of(hour).astimezone(zone):%a %d %b %Y %H:%M %Z}")


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _ratio(pair: list[int]) -> str:
    return f"{pair[0]} of {pair[1]}"
