"""Tells browsers ahead which of Streamlit's own scripts a page will need, so that they load while the page is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CHARTS = "PlotlyChart.*.js"
"""The largest of them (4.7 MB): without this a browser hears of it with the first chart."""


def links_to(static: Path, pattern: str) -> Sequence[str]:
    """Return the values of the `Link` header that preload the scripts of a name; none where there are none.

    Parameters
    ----------
    static : Path
        The folder that is served at the root, with the scripts in ``static/js``.
    """
    found = sorted((static / "static" / "js").glob(pattern))
    return [f"</{one.relative_to(static).as_posix()}>; rel=modulepreload" for one in found]


class PreloadCharts:
    """Adds the scripts of charts to the answers to the paths of pages that show some."""

    def __init__(self, app: ASGIApp, pages: Sequence[str], static: Path) -> None:
        self._app = app
        self._pages = frozenset(pages)
        self._links = links_to(static, CHARTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].rstrip("/") not in self._pages:
            await self._app(scope, receive, send)
            return

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                for link in self._links:
                    MutableHeaders(scope=message).append("link", link)
            await send(message)

        await self._app(scope, receive, with_links)
