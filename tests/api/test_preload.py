from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.preload import CHARTS, PreloadCharts, links_to
from app import STATIC


async def page(request: Request) -> Response:
    return PlainTextResponse("hello", headers={"link": "</favicon.png>; rel=icon"})


@pytest.fixture
def browser() -> TestClient:
    pages = [Middleware(PreloadCharts, pages=("/monitoring",), static=STATIC)]
    return TestClient(Starlette(routes=[Route("/{path:path}", page)], middleware=pages))


@pytest.mark.parametrize("path", ["/monitoring", "/monitoring/", "/monitoring?range=7d"])
def test_a_page_with_charts_names_their_script_beside_what_is_linked_already(browser: TestClient, path: str) -> None:
    icon, script = browser.get(path).headers.get_list("link", split_commas=True)
    assert icon == "</favicon.png>; rel=icon"
    named = re.fullmatch(r"</static/js/(PlotlyChart\.[\w-]+\.js)>; rel=modulepreload", script)
    assert named is not None, "Streamlit's bundle has no such script any more"
    assert "plotly" in (STATIC / "static" / "js" / named[1]).read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("path", ["/", "/conversations", "/monitoring/x", "/api/ready"])
def test_other_pages_do_not(browser: TestClient, path: str) -> None:
    assert browser.get(path).headers["link"] == "</favicon.png>; rel=icon"


def test_a_bundle_without_such_a_script_is_no_error() -> None:
    assert links_to(STATIC, "NoSuchChart.*.js") == []
    assert len(links_to(STATIC, CHARTS)) == 1
