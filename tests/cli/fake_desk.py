"""A small HTTP server that answers as a desk would: scripted answers per call, requests remembered."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

TOKEN = "tg_test"
ORDER_ID = "01KAAAAAAAAAAAAAAAAAAAAAAA"


class Request(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


def order(**changes: Any) -> dict[str, Any]:
    """An order as the API shows it."""
    return {
        "order_id": ORDER_ID,
        "client_order_id": None,
        "user_id": "alice",
        "account_id": "okx-main",
        "exchange": "okx",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "status": "submitted",
        "time_in_force": "gtc",
        "post_only": False,
        "quantity": "0.5",
        "quote_quantity": None,
        "price": "65000.5",
        "filled_quantity": "0",
        "leaves_quantity": "0.5",
        "average_price": None,
        "fees": [],
        "realized_pnl": "0",
        "pending_action": "none",
        "in_doubt": False,
        "exchange_order_id": "777",
        "reason": None,
        "message": None,
        "timestamp": "2026-01-02T03:04:05.000000Z",
        "updated_at": "2026-01-02T03:04:05.100000Z",
        "closed_at": None,
        **changes,
    }


def closed(status: str, **changes: Any) -> dict[str, Any]:
    """An order that has ended."""
    ended = {"status": status, "closed_at": "2026-01-02T03:04:06.000000Z", "updated_at": "2026-01-02T03:04:06.000000Z"}
    return order(**{**ended, **changes})


def step(sequence: int, status: str, message: str, **changes: Any) -> dict[str, Any]:
    """A row of an order's history."""
    return {
        "history_id": sequence,
        "order_id": ORDER_ID,
        "sequence": sequence,
        "status": status,
        "execution_type": "status",
        "timestamp": f"2026-01-02T03:04:05.{sequence:06d}Z",
        "message": message,
        "error_code": None,
        "exchange_order_id": None,
        "detail": {},
        "previous_hash": "",
        "hash": "",
        **changes,
    }


def problem(code: str, detail: str = "because", **members: Any) -> dict[str, Any]:
    """A problem document, without its status."""
    return {"type": f"urn:tidegate:problem:{code}", "title": code, "detail": detail, "code": code, **members}


class FakeDesk:
    """Answers `(method, path)` with what was put there; the last answer of each stays."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, *bodies: Any, status: int = 200) -> None:
        """Give these bodies for a call, one after the other; the last one for ever."""
        self._answers.setdefault((method, f"/api/v1{path}"), []).extend((status, body) for body in bodies)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _reply(self, request: Request) -> tuple[int, Any]:
        self.requests.append(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, problem("unauthenticated", status=401)
        answers = self._answers.get((request.method, request.path))
        if answers is None:
            return 404, problem("not_found", f"{request.method} {request.path}", status=404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): text for name, text in self.headers.items()}
                request = Request(self.command, path, query, headers, json.loads(raw) if raw else None)
                status, document = desk._reply(request)
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815  The base class looks for these names.

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Requests are remembered instead."""

        return Handler
