"""What a person waits for the monitoring page of a running server, until its charts are drawn in a real browser.

    python -m benchmarks.page --url http://127.0.0.1:8501 [--address "range=90d"] [--visits 6] [--json]

A first visit is one of a browser that has never been there; a later one of a browser that has, and loads the page
anew. Within the page the browser comes back from another page, opens another part, or goes to another range. Times are
milliseconds by the browser's own clock, from the start of the navigation, or from the click, to the last change of a
chart.
"""

from __future__ import annotations

import argparse
import os
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from time import monotonic, sleep
from typing import Any

from websockets.sync.client import ClientConnection

from benchmarks.page_parts.browser import Tab, new_profile, tabs
from benchmarks.report import percentile, show

LIMIT_S = 60
QUIET_MS = 2000
"""Without a change of a chart, after which they count as drawn."""
WATCH = """
window.__drawn = window.__begun = 0;
new MutationObserver((changes) => {
  const inside = (one) => one.closest?.(".js-plotly-plot");
  const holds = (one) => inside(one) || one.querySelector?.(".main-svg");
  if (changes.some(({ target, addedNodes }) => inside(target) || [...addedNodes].some(holds)))
    window.__drawn = performance.now();
}).observe(document, { subtree: true, childList: true });
window.__click = (kind, label) => {
  window.__begun = performance.now();
  [...document.querySelectorAll(kind)].find((one) => one.innerText.trim().endsWith(label)).click();
};
"""
BACK = "window.__begun = performance.now(); history.back()"
MOVES = {
    "another part": "window.__click('button', 'Traffic')",
    "back to the overview": "window.__click('button', 'Overview')",
    "another range": "window.__click('button', '90 days')",
    "the browser's Back": BACK,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = _parser().parse_args(arguments)
    found: dict[str, list[float]] = {"first visit": [], "later visit": []}
    for _ in range(given.first_visits):
        with new_profile() as profile, tabs(profile) as browser:
            found["first visit"].append(_visit(browser, given.url, given.address))
    with new_profile() as profile, tabs(profile) as browser:
        _visit(browser, given.url, given.address)
        found["later visit"] = [_visit(browser, given.url, given.address) for _ in range(given.visits)]
        tab = _opened(browser, given.url, given.address)
        for _ in range(given.visits):
            for name, ms in _moved(tab).items():
                found.setdefault(name, []).append(ms)
    rows = [
        {"charts drawn": name, "n": len(ms), "p50 ms": percentile(ms, 0.5), "least ms": min(ms), "most ms": max(ms)}
        for name, ms in found.items()
        if ms
    ]
    show("page", rows, {"load": os.getloadavg()[0], "address": given.address}, as_json=given.json)


def _visit(browser: ClientConnection, url: str, address: str) -> float:
    tab = _opened(browser, url, address)
    drawn = float(tab.value("window.__drawn"))
    tab.close()
    return drawn


def _opened(browser: ClientConnection, url: str, address: str) -> Tab:
    tab = Tab(browser)
    tab.cookie(url, *_signed_in(url))
    tab.watch(WATCH)
    tab.open(f"{url}/monitoring?{address}")
    _wait(tab)
    return tab


def _moved(tab: Tab) -> dict[str, float]:
    """Return what each move within the page took; it ends where it began."""
    tab.value("window.__click('[data-testid=stSidebarNavLink]', 'Conversations')")
    _wait(tab, "document.querySelector('h1')?.innerText === 'Conversations'")
    sleep(QUIET_MS / 1000)
    found = {}
    for name, script in {"back from another page": BACK, **MOVES}.items():
        tab.value(script)
        _wait(tab)
        found[name] = float(tab.value("window.__drawn - window.__begun"))
    return found


def _wait(
    tab: Tab, until: str = f"window.__drawn > window.__begun && performance.now() - window.__drawn > {QUIET_MS}"
) -> None:
    end = monotonic() + LIMIT_S
    while not tab.value(until):
        if monotonic() > end:
            shown: Any = tab.value("document.body.innerText.slice(0, 500)")
            raise SystemExit(f"no chart was drawn in {LIMIT_S} s; the page shows: {shown}")
        sleep(0.25)


def _signed_in(url: str) -> tuple[str, str]:
    """Return the cookie of a product manager."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(
        urllib.request.Request(f"{url}/api/sign-in", data=b"name=Paula&role=2", headers={"Origin": url})
    ).close()
    cookie = next(iter(jar))
    return cookie.name, str(cookie.value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--url", required=True, help="a server that runs, with local sign-in")
    parser.add_argument("--address", default="range=90d", help="what the page shows, as in its address")
    parser.add_argument("--visits", type=int, default=6)
    parser.add_argument("--first-visits", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return parser


if __name__ == "__main__":
    main()
