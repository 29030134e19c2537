"""OpenTelemetry by configuration: spans go to the address that is set, and carry no content."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from api import Settings, create_app

if TYPE_CHECKING:
    from reasoner import Knowledge


def test_a_span_of_each_request_is_sent_where_the_settings_say(knowledge: Knowledge) -> None:
    """The route and the status are in it; the path, the query and the body are not."""
    heard: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/v1/traces"
    app = create_app(knowledge, Settings(otlp=address))
    app.test_client().get("/concept/Jane-Roe")
    app.extensions["mednec-telemetry"].shutdown()
    server.shutdown()
    server.server_close()

    sent = b"".join(heard)
    assert b"GET /concept/<name>" in sent
    assert b"mednec" in sent
    assert b"Jane" not in sent
