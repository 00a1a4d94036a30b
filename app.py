"""The server: the console, the API under `/api` and the scheduler in one process. `python app.py` or `make run`."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import streamlit as st
from secure.middleware import SecureASGIMiddleware
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from tqdm import tqdm

from api.app import create_api
from api.middleware import LocalSignIn, security_headers
from api.preload import PreloadCharts
from core.bootstrap import Services
from core.errors import CoachError, SettingsError
from core.logs import configure_logs
from core.setting_sources import load_settings
from core.settings import Settings
from pages.components.services import the_services
from scheduler.runner import Runner

FRAME = Path(__file__).resolve().parent / "pages" / "frame.py"
STATIC = Path(st.__file__).parent / "static"
"""Streamlit's own scripts."""
_running: list[Services] = []


def running() -> Services | None:
    """Return the services while they are started."""
    return _running[0] if _running else None


def start() -> Services:
    """Start the services, with a progress bar while the knowledge index is built."""
    services = the_services()
    with tqdm(total=1, desc="Building the knowledge index", unit=" passages", leave=False, delay=0.5) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        services.start(progress)
    _running.append(services)
    return services


def _warm(services: Services) -> None:
    services.warm()
    gc.collect()
    gc.freeze()  # what is there now stays, so that no later collection has to go through it


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Run the scheduler as long as the server runs, and stop everything once."""
    services = running() or start()
    Thread(target=_warm, args=(services,), name="warm", daemon=True).start()
    runner = Runner(services)
    runner.start()
    try:
        yield
    finally:
        _running.clear()
        runner.stop()
        services.close()


def make_app(settings: Settings) -> st.App:
    """Return the one ASGI application."""
    return st.App(
        str(FRAME),
        lifespan=lifespan,
        routes=[Mount("/api", app=create_api(running))],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts)),
            Middleware(SecureASGIMiddleware, secure=security_headers()),
            Middleware(LocalSignIn, running=running),
            Middleware(PreloadCharts, pages=("/monitoring", "/drift"), static=STATIC),
        ],
    )


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host}:{port} cannot be used ({error.strerror}); choose another port: PORT=8600 make run"
            ) from error


def main() -> None:
    """Serve until interrupted; a setting or part that cannot be used is said in one sentence."""
    try:
        settings = load_settings()
        configure_logs(settings.log_level)
        _refuse_taken(settings.host, settings.port)
        start()  # here, so that what prevents it is said in a sentence and not in a traceback of the server
        make_app(settings).run(config={"server.address": settings.host, "server.port": settings.port})
    except CoachError as error:
        print(f"Cannot start: {error}", file=sys.stderr)  # noqa: T201 - the one line that an operator looks for
        sys.exit(1)


if __name__ == "__main__":
    main()
