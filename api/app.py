"""The HTTP API under ``/api``: whether the server lives and is ready, its metrics, and local sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.metrics import exposition, may_scrape
from api.sign_in_page import sign_in_page
from core.access.model import Role
from core.access.tokens import COOKIE, MAX_AGE_S
from core.bootstrap import Services
from core.errors import CoachError, ForbiddenError

Running = Callable[[], Services | None]


def create_api(running: Running) -> FastAPI:
    """Return the API.

    Parameters
    ----------
    running : callable
        Returns the services once they are started, None before and after.
    """
    api = FastAPI(title="Fitness coach", docs_url=None, redoc_url=None, openapi_url=None)

    @api.get("/health")
    def health() -> dict[str, str]:
        """Answer as long as the process lives."""
        return {"status": "ok"}

    @api.get("/ready")
    def ready() -> JSONResponse:
        """Answer 200 once questions can be answered, 503 before and while the database is away."""
        services = running()
        if services is None:
            return JSONResponse({"status": "starting"}, status_code=503)
        try:
            services.database.check()
        except CoachError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ready"})

    @api.get("/metrics")
    def metrics(request: Request) -> Response:
        """Answer with what Prometheus scrapes."""
        services = running()
        if services is None:
            return JSONResponse({"status": "starting"}, status_code=503)
        may_scrape(services, request.headers.get("authorization", ""))
        content, kind = exposition(services, request.headers.get("accept", ""))
        return Response(content, media_type=kind)

    @api.get("/sign-in", response_class=HTMLResponse)
    def sign_in_form() -> Response:
        """Show the form of local sign-in."""
        services = _local(running())
        return HTMLResponse(sign_in_page(services.settings.product_name))

    @api.post("/sign-in")
    def sign_in(request: Request, name: Annotated[str, Form()] = "", role: Annotated[str, Form()] = "") -> Response:
        """Sign in under a name and a role."""
        services = _local(running())
        _same_origin(request)
        try:
            token = services.sessions.issue(name, Role(int(role)))
        except (CoachError, ValueError) as error:
            reason = str(error) if isinstance(error, CoachError) else "Choose one of the roles."
            return HTMLResponse(sign_in_page(services.settings.product_name, reason), status_code=422)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, token, max_age=MAX_AGE_S, httponly=True, samesite="lax")
        return response

    @api.exception_handler(CoachError)
    def refused(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=403 if isinstance(error, ForbiddenError) else 400)

    return api


def _local(services: Services | None) -> Services:
    if services is None or services.settings.sign_in != "local":
        raise ForbiddenError("Local sign-in is off; open the app itself to sign in.")
    return services


def _same_origin(request: Request) -> None:
    # Another site must not sign somebody in under a name of its choice.
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise ForbiddenError("Sign in from the app's own page.")
