"""Two inboxes on loopback: one that takes webhooks, and one that takes mail."""

from __future__ import annotations

import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Webhooks:
    """Keeps each JSON body that is posted to it; answers 503 while it is `broken`."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.asked = 0
        self.broken = False
        self.app = Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.asked += 1
        if self.broken:
            return Response(status_code=503)
        self.bodies.append(await request.json())
        return Response("ok")


class Mailbox:
    """Keeps each mail that is sent to it; takes none while it is `broken`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.attached: list[bytes] = []
        self.broken = False

    def take(self, raw: bytes) -> None:
        """Keep a mail: its subject and its text, and what is attached."""
        mail = BytesParser(policy=email.policy.default).parsebytes(raw)
        body = mail.get_body(("plain",))
        self.texts.append(f"{mail['subject']}\n{body.get_content() if body else ''}")
        self.attached += [bytes(part.get_content()) for part in mail.iter_attachments()]


@contextmanager
def receiving(mailbox: Mailbox) -> Iterator[int]:
    """Serve a mailbox by SMTP on a free loopback port; yield the port."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 inbox\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    self._data()
                elif verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

        def _data(self) -> None:
            if mailbox.broken:
                self.wfile.write(b"451 try later\r\n")
                return
            self.wfile.write(b"354 go on\r\n")
            lines = []
            while (line := self.rfile.readline()).rstrip(b"\r\n") != b".":
                lines.append(line[1:] if line.startswith(b"..") else line)
            mailbox.take(b"".join(lines))
            self.wfile.write(b"250 kept\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
