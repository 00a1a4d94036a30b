from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.app import create_api
from core.access.model import Role
from core.access.tokens import COOKIE
from core.bootstrap import Services

MakeServices = Callable[..., Services]
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def client(services: Services | None) -> TestClient:
    return TestClient(create_api(lambda: services), follow_redirects=False)


def sign_in(services: Services, name: str = "Ana", role: str = "1", **headers: str) -> tuple[int, str, TestClient]:
    """Send the form; return the status, the text, and the browser with its cookies."""
    browser = client(services)
    response = browser.post("/sign-in", data={"name": name, "role": role}, headers=headers)
    return response.status_code, response.text, browser


def test_the_process_lives_before_anything_is_started() -> None:
    response = client(None).get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_before_the_start_the_server_is_not_ready() -> None:
    response = client(None).get("/ready")
    assert (response.status_code, response.json()) == (503, {"status": "starting"})


def test_with_a_database_that_answers_it_is_ready(services: Services) -> None:
    response = client(services).get("/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_while_the_database_is_away_it_says_so_and_still_lives(make_services: MakeServices) -> None:
    api = client(make_services(database_url=NOWHERE))
    response = api.get("/ready")
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert "The database does not answer" in response.json()["reason"]
    assert api.get("/health").status_code == 200


def test_the_form_offers_every_role(services: Services) -> None:
    page = client(services).get("/sign-in").text
    for role in Role:
        assert f'value="{role.value}"' in page
        assert role.title.capitalize() in page


def test_the_name_of_the_product_is_text_and_not_markup(make_services: MakeServices) -> None:
    page = client(make_services(product_name="<script>alert(1)</script> & $name")).get("/sign-in").text
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; $name") == 2


@pytest.mark.parametrize("role", Role)
def test_who_signs_in_gets_a_cookie_that_says_who_it_is(services: Services, role: Role) -> None:
    status, _, browser = sign_in(services, "Ana", str(role.value))
    assert status == 303
    actor = services.sessions.actor(browser.cookies[COOKIE])
    assert actor is not None
    assert (actor.name, actor.role) == ("Ana", role)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(services: Services) -> None:
    response = client(services).post("/sign-in", data={"name": "Ana", "role": "1"})
    assert response.headers["location"] == "/"
    attributes = {part.strip().lower() for part in response.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "samesite=lax", "path=/", "max-age=2592000"}


@pytest.mark.parametrize("role", ["0", "4", "-1", "admin", "", "1.5", "9" * 5000])
def test_a_role_that_there_is_not_is_refused_in_a_sentence(services: Services, role: str) -> None:
    status, page, browser = sign_in(services, "Ana", role)
    assert status == 422
    assert 'role="alert">Choose one of the roles.</p>' in page
    assert not browser.cookies


@pytest.mark.parametrize("name", ["", "   ", "a" * 41, "Ana\x00"])
def test_a_name_that_cannot_be_used_is_refused_in_a_sentence(services: Services, name: str) -> None:
    status, page, browser = sign_in(services, name)
    assert status == 422
    assert 'role="alert">Write a name of 1 to 40 characters.</p>' in page
    assert not browser.cookies


def test_an_empty_form_is_answered_with_the_form(services: Services) -> None:
    response = client(services).post("/sign-in")
    assert response.status_code == 422
    assert "<form" in response.text


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver", ""])
def test_the_own_page_may_sign_in(services: Services, origin: str) -> None:
    assert sign_in(services, origin=origin)[0] == 303


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://testserver.evil.example",
        "http://testserver:8600",
        "null",
        "testserver",
        "http://[",
    ],
)
def test_another_site_must_not_sign_somebody_in(services: Services, origin: str) -> None:
    status, text, browser = sign_in(services, origin=origin)
    assert status == 403
    assert "Sign in from the app's own page." in text
    assert not browser.cookies


def test_under_openid_connect_there_is_no_local_sign_in(make_services: MakeServices) -> None:
    oidc = make_services(sign_in="oidc")
    form = client(oidc).get("/sign-in")
    assert (form.status_code, "Local sign-in is off" in form.json()["error"]) == (403, True)
    status, text, browser = sign_in(oidc, role="3")
    assert (status, "Local sign-in is off" in text) == (403, True)
    assert not browser.cookies


def test_before_the_start_nobody_signs_in() -> None:
    assert client(None).get("/sign-in").status_code == 403


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_api_does_not_describe_itself_to_strangers(services: Services, path: str) -> None:
    assert client(services).get(path).status_code == 404
