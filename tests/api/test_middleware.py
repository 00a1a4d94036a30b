from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secure.middleware import SecureASGIMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from api.middleware import LOCAL_NAME, LocalSignIn, security_headers
from core.access.model import Role
from core.access.tokens import COOKIE
from core.bootstrap import Services

PAGE = {"accept": "text/html,application/xhtml+xml"}


async def page(request: Request) -> Response:
    return PlainTextResponse("hello", headers={"set-cookie": "other=1"})


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def browser(services: Services | None) -> TestClient:
    app = Starlette(
        routes=[
            Route("/{path:path}", page, methods=["GET", "HEAD", "POST"]),
            WebSocketRoute("/_stcore/stream", socket),
        ],
        middleware=[
            Middleware(SecureASGIMiddleware, secure=security_headers()),
            Middleware(LocalSignIn, running=lambda: services),
        ],
    )
    return TestClient(app)


def given_cookie(services: Services | None, path: str = "/", method: str = "GET", **headers: str) -> str | None:
    """Return the sign-in cookie that an answer sets, if any."""
    response = browser(services).request(method, path, headers=PAGE | headers)
    assert response.status_code == 200
    return response.cookies.get(COOKIE)


def test_who_comes_for_the_first_time_is_signed_in(services: Services) -> None:
    token = given_cookie(services)
    actor = services.sessions.actor(token)
    assert actor is not None
    assert (actor.name, actor.role) == (LOCAL_NAME, Role.ADMIN)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(services: Services) -> None:
    cookies = browser(services).get("/", headers=PAGE).headers.get_list("set-cookie")
    (ours,) = (one for one in cookies if one.startswith(COOKIE))
    assert set(ours.split("; ")[1:]) == {"Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Lax"}
    assert "other=1" in cookies


def test_who_is_signed_in_stays_who_they_are(services: Services) -> None:
    token = services.sessions.issue("Ana", Role.TRAINER)
    assert given_cookie(services, cookie=f"{COOKIE}={token}") is None


@pytest.mark.parametrize("other", ["a@b=1", 'theme={"a": 1}', "a/b=1", "foo", "é=ö", '"', ";;", "=x"])
@pytest.mark.parametrize("form", ["{other}; {ours}", "{ours}; {other}"])
def test_cookies_of_other_programs_do_not_sign_anybody_out(services: Services, other: str, form: str) -> None:
    ours = f"{COOKIE}={services.sessions.issue('Ana', Role.TRAINER)}"
    header = form.format(other=other, ours=ours).encode("latin-1")
    response = browser(services).get("/", headers={b"accept": b"text/html", b"cookie": header})
    assert response.status_code == 200
    assert COOKIE not in response.cookies


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60).filter(lambda raw: not {0, 10, 13} & set(raw)))
def test_no_cookie_header_stops_a_page(services: Services, header: bytes) -> None:
    response = browser(services).get("/", headers={b"accept": b"text/html", b"cookie": header})
    assert response.status_code == 200


@pytest.mark.parametrize("token", ["", "forged", "WyJ5b3UiLDNd.aaaa.bbbb"])
def test_a_cookie_that_is_not_ours_is_replaced(services: Services, token: str) -> None:
    assert given_cookie(services, cookie=f"{COOKIE}={token}") is not None


@pytest.mark.parametrize(
    "path", ["/api/health", "/_stcore/health", "/static/app.js", "/media/a.png", "/component/x/index.html"]
)
def test_what_is_no_page_gets_no_cookie(services: Services, path: str) -> None:
    assert given_cookie(services, path) is None


@pytest.mark.parametrize("path", ["/", "/monitoring", "/releases?range=7"])
def test_every_page_gets_one(services: Services, path: str) -> None:
    assert given_cookie(services, path) is not None


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_only_who_gets_a_page_is_signed_in(services: Services, method: str) -> None:
    assert given_cookie(services, method=method) is None


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/png", ""])
def test_only_who_wants_a_page_is_signed_in(services: Services, accept: str) -> None:
    assert given_cookie(services, accept=accept) is None


def test_a_websocket_passes_untouched(services: Services) -> None:
    with browser(services).websocket_connect("/_stcore/stream", headers=PAGE) as connection:
        assert connection.receive_text() == "hello"


def test_under_openid_connect_nobody_is_signed_in_by_coming(make_services: Callable[..., Services]) -> None:
    assert given_cookie(make_services(sign_in="oidc")) is None


def test_before_the_start_nobody_is_signed_in_by_coming() -> None:
    assert given_cookie(None) is None


def policy(services: Services) -> dict[str, str]:
    header = browser(services).get("/").headers["content-security-policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";") if part.strip())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ],
)
def test_every_answer_has_the_security_headers(services: Services, name: str, value: str) -> None:
    for path in ("/", "/api/health"):
        assert browser(services).get(path).headers[name] == value


@pytest.mark.parametrize(
    ("directive", "value"),
    [
        ("default-src", "'self'"),
        ("img-src", "'self' data: blob:"),
        ("connect-src", "'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'self'"),
        ("form-action", "'self'"),
        ("frame-ancestors", "'none'"),
    ],
)
def test_nothing_is_loaded_from_or_sent_to_other_sites(services: Services, directive: str, value: str) -> None:
    assert policy(services)[directive] == value


def test_no_directive_names_another_site(services: Services) -> None:
    assert not any("//" in value or "*" in value for value in policy(services).values())
