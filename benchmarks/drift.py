"""How soon detectors of drift see a change, and how often they see one that is not there, on simulated traffic.

    python -m benchmarks.drift [--runs 200] [--signals miss,dislike] [--rates 5,50,500] [--worlds quiet,wobble,…]
                               [--peers adwin,cusum,…] [--detector module:factory] [--json]
                               [--questions stream.jsonl] [--turns 1000000]

This is the one command for all tables of drift: with `--peers all` they have the rows of other rules, with
`--questions` comes the table of topics (benchmarks/question_drift.py), with `--turns` the time of a weekly analysis
(benchmarks/drift_analysis.py).

`alarms` is how often the alarm goes on in 90 days without a change, `runs with` the share of runs in which it does;
delays are in hours, counted to the end of the hour, and `rang before` is the share of runs with an alarm in the 72 to
192 hours before the change, which makes a delay look shorter. A factory is called with the signal's name and returns a
detector with `fit` and `update` (core/drift/detectors/contract.py). Every detector sees the same traffic.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

from benchmarks.drift_parts.measure import cell
from benchmarks.drift_parts.peers import PEERS, by_path, ours
from benchmarks.drift_parts.traffic import SIGNALS, WORLDS, Signal
from benchmarks.report import machine, table

CORE = ("quiet", "wobble", "step", "ramp", "spike")
Factory = Callable[[Signal], Any]


def measure(given: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row for each detector, signal, rate and world."""
    mine: dict[str, Factory] = {"ours": ours} if not given.detector else {}
    mine |= {path: by_path(path) for path in given.detector}
    peers = {name: PEERS[name] for name in given.peers}
    rows = []
    for signal in (SIGNALS[name] for name in given.signals):
        for rate in given.rates:
            makers = mine | (peers if rate in given.peer_rates else {})
            for world in (WORLDS[name] for name in given.worlds):
                for name, make in makers.items():
                    found = cell(partial(make, signal), world, signal, rate, given.runs, given.seed)
                    rows.append({"signal": signal.name, "per hour": rate, "detector": name, **found})
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print: one table for each kind of world, as each has figures of its own."""
    given = _parser().parse_args(arguments)
    rows = measure(given)
    kinds: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(tuple(row), []).append(row)
    facts = {"runs": given.runs, "seed": given.seed, "machine": machine()}
    print(f"# drift · {' · '.join(f'{key} {value}' for key, value in facts.items())}")
    for kind in kinds.values():
        print(f"\n{table(kind)}", flush=True)
    topics, weekly = _topics(given), _weekly(given)
    if given.json:
        found = {"rows": [_plain(row) for row in rows], "questions": topics, "weekly": weekly}
        print(json.dumps({"benchmark": "drift", **facts, **found}))


def _topics(given: argparse.Namespace) -> list[dict[str, Any]]:
    if not given.questions:
        return []
    from benchmarks.question_drift import measure  # needs the embedder, which rates do not

    rows = measure(given.questions, given.runs, given.seed)
    print(f"\n{table(rows)}", flush=True)
    return rows


def _weekly(given: argparse.Namespace) -> dict[str, Any] | None:
    if not given.turns:
        return None
    from benchmarks.drift_analysis import measure  # needs the whole house

    row = measure(given.turns)
    print(f"\n{table([row])}", flush=True)
    return row


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that JSON can hold: a delay without end is null."""
    return {key: None if isinstance(value, float) and not isfinite(value) else value for key, value in row.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--signals", type=_among(SIGNALS), default=list(SIGNALS))
    parser.add_argument("--rates", type=_numbers, default=[5, 50, 500])
    parser.add_argument("--worlds", type=_among(WORLDS), default=list(CORE), help=", ".join(WORLDS) + ", or all")
    parser.add_argument("--peers", type=_among(PEERS), default=[], help=", ".join(PEERS) + ", or all")
    parser.add_argument(
        "--peer-rates", type=_numbers, default=[5, 50], help="of the rates (river at 500 takes an hour)"
    )
    parser.add_argument("--detector", action="append", default=[], help="module:factory, in place of the default")
    parser.add_argument("--questions", type=Path, action="append", default=[], help="JSON Lines of q and cls")
    parser.add_argument("--turns", type=int, default=0, help="time a weekly analysis of so many")
    parser.add_argument("--seed", type=int, default=20261205)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return parser


def _numbers(value: str) -> list[int]:
    return [int(one) for one in value.split(",")]


def _among(known: Any) -> Callable[[str], list[str]]:
    def names(value: str) -> list[str]:
        found = list(known) if value == "all" else [name.strip() for name in value.split(",")]
        unknown = [name for name in found if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}, and all")
        return found

    return names


if __name__ == "__main__":
    main()
