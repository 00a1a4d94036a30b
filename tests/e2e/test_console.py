"""What product managers and admins see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import ask
from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


def test_a_product_manager_sees_hits_thumbs_and_latency(new_page: NewPage) -> None:
    page = new_page("Paula", "Product manager")
    ask(page, "How do I do an inverted row?")
    ask(page, "How do I do an inverted row?").get_by_role("radio", name="Thumbs up").click()
    expect(page.get_by_text("Thanks.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Monitoring").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Hit rate")).to_contain_text("%")
    expect(page.locator(".js-plotly-plot").nth(2)).to_be_visible()
    expect(page.get_by_role("link", name="Releases")).to_have_count(0)


def test_an_admin_sees_the_release_and_masked_settings(new_page: NewPage, make_server: Callable[..., Server]) -> None:
    secret = "sk-not-to-be-seen-anywhere-0123456789"
    server = make_server(OPENAI_API_KEY=secret)
    page = new_page("Ada", "Admin", at=server, path="/releases")
    expect(page.get_by_role("heading", name="What is served")).to_be_visible()
    expect(page.get_by_text("database answers")).to_be_visible()
    assert secret not in page.content()
    assert secret not in server.log


def test_a_first_visitor_of_a_local_server_is_signed_in(new_page: NewPage) -> None:
    page = new_page()
    expect(page.get_by_text("You, admin")).to_be_visible()


def test_the_pages_answer_with_security_headers(new_page: NewPage, server: Server) -> None:
    page = new_page("Sam")
    response = page.goto(server.url)
    assert response is not None
    headers = response.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"].lower() == "deny"


def test_an_unknown_host_name_is_refused(new_page: NewPage, server: Server) -> None:
    page = new_page("Sam")
    response = page.request.get(f"{server.url}/", headers={"Host": "evil.example"})
    assert response.status == 400


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_fits_narrow_windows_and_dark_themes(new_page: NewPage, width: int, scheme: str) -> None:
    page = new_page("Dora")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
