"""What needs the environment of Arize Phoenix; it imports nothing of this project.

    python -P phoenix_worker.py serve
    python -P phoenix_worker.py encode

``serve`` runs Phoenix, set by the environment variables of its own, over HTTP only: its gRPC port would listen to the
whole network, whatever `PHOENIX_HOST` says. ``encode`` reads requests, one a line, each a JSON list of spans
(:func:`benchmarks.monitoring_parts.phoenix_spans.span`), and writes each as OTLP in base64, one a line.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any


def serve() -> None:
    """Run ``phoenix serve`` until it is told to end."""
    from phoenix.server import app
    from phoenix.server.main import main as phoenix

    class Silent(app.GrpcServer):  # type: ignore[misc]  # Phoenix is not installed where types are checked
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{**named, "disabled": True})

    app.GrpcServer = Silent
    sys.argv = ["phoenix", "serve"]
    phoenix()


def encode(spans: list[dict[str, Any]]) -> bytes:
    """Return spans as one ``ExportTraceServiceRequest``."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for one in spans:
        code = Status.STATUS_CODE_OK if one["ok"] else Status.STATUS_CODE_ERROR
        made: Any = scope.spans.add(
            trace_id=bytes.fromhex(one["trace_id"]), span_id=bytes.fromhex(one["span_id"]), name=one["name"],
            kind=Span.SPAN_KIND_INTERNAL, start_time_unix_nano=one["start_ns"], end_time_unix_nano=one["end_ns"],
            status=Status(code=code),
        )  # fmt: skip
        for key, value in one["attributes"].items():
            kept = made.attributes.add(key=key).value
            setattr(kept, "int_value" if isinstance(value, int) else "string_value", value)
    encoded: bytes = request.SerializeToString()
    return encoded


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:] == ["encode"]:
        for line in sys.stdin:
            print(base64.b64encode(encode(json.loads(line))).decode())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
