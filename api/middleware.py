"""What surrounds every request: security headers, known host names, and the cookie of a first local visit."""

from __future__ import annotations

from collections.abc import Callable

from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    XContentTypeOptions,
    XFrameOptions,
)
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.access.model import Role
from core.access.tokens import COOKIE, MAX_AGE_S
from core.bootstrap import Services

LOCAL_NAME = "You"
"""Who a browser without a cookie is, on a server that only this computer can reach."""


def security_headers() -> Secure:
    """Return the headers of every response. Images come from this server only: Markdown must not call elsewhere."""
    policy = (
        ContentSecurityPolicy()
        .default_src("'self'")
        .script_src("'self'", "'unsafe-inline'", "'unsafe-eval'", "blob:")
        .style_src("'self'", "'unsafe-inline'")
        .img_src("'self'", "data:", "blob:")
        .font_src("'self'", "data:")
        .connect_src("'self'")
        .worker_src("'self'", "blob:")
        .object_src("'none'")
        .base_uri("'self'")
        .form_action("'self'")
        .frame_ancestors("'none'")
    )
    return Secure(
        csp=policy,
        xfo=XFrameOptions().deny(),
        xcto=XContentTypeOptions(),
        referrer=ReferrerPolicy().same_origin(),  # with none, the sign-in form would not say where it comes from
        permissions=PermissionsPolicy().camera().microphone().geolocation(),
    )


class LocalSignIn:
    """Gives a browser that comes for the first time a cookie of its own, where sign-in is local."""

    def __init__(self, app: ASGIApp, running: Callable[[], Services | None]) -> None:
        self._app = app
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie to the answer where one is missing."""
        services = self._running()
        if not (scope["type"] == "http" and services and services.settings.sign_in == "local" and _wants_page(scope)):
            await self._app(scope, receive, send)
            return
        # Other programs on this computer share its cookies, so that some may be of any form.
        if services.sessions.actor(HTTPConnection(scope).cookies.get(COOKIE)) is not None:
            await self._app(scope, receive, send)
            return
        token = services.sessions.issue(LOCAL_NAME, Role.ADMIN)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                value = f"{COOKIE}={token}; Max-Age={MAX_AGE_S}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", value)
            await send(message)

        await self._app(scope, receive, with_cookie)


def _wants_page(scope: Scope) -> bool:
    path = scope["path"]
    page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    return page and not path.startswith(("/api", "/_stcore", "/static", "/media", "/component"))
