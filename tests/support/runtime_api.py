"""Lambda's Runtime API on loopback: hands out events one by one, and keeps what the runtime answers."""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

ARN: Final = "arn:aws:lambda:eu-west-1:123456789012:function:reader"
_BASE: Final = "/2018-06-01/runtime"
_ANSWER: Final = re.compile(rf"{_BASE}/invocation/([0-9a-f-]{{36}})/(response|error)")
_FAR_AWAY: Final = 4102444800000
"""The deadline of every invocation, in milliseconds since 1970: the year 2100."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the runtime posted.

    Attributes:
        kind: ``response``, ``error``, or ``init/error`` for a runtime that could not start.
        request: the id of the invocation; empty for ``init/error``.
        error_type: what the header says.
        document: the body.
    """

    kind: str
    request: str = ""
    error_type: str | None = None
    document: Any


@dataclass(kw_only=True)
class RuntimeApi:
    """The API for one run of one runtime.

    Attributes:
        events: what is left to hand out.
        wanted: how many answers make it done.
        answers: in the order in which they came.
        unknown: requests that the API does not have, or did not wait for.
        done: set when the last answer was taken, and the runtime knows that it was.
        closed: set when nobody waits any more; a runtime that asks for an event after the last one waits for that.
        address: host and port.
    """

    events: list[Any]
    wanted: int
    answers: list[Answer] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    handed_out: int = 0

    @property
    def waits_for(self) -> str | None:
        """The id of the invocation that has no answer yet."""
        return self.request_id(self.handed_out) if self.handed_out > len(self.answers) else None

    @property
    def complete(self) -> bool:
        """Whether no more answers will come."""
        return len(self.answers) == self.wanted or any(one.kind == "init/error" for one in self.answers)

    @staticmethod
    def request_id(number: int) -> str:
        """Return the id of an invocation, counted from 1."""
        return f"00000000-0000-4000-8000-{number:012}"

    def next(self) -> tuple[Mapping[str, str], Any] | None:
        """Return headers and event of the next invocation; wait, and return ``None``, where there is none."""
        if not self.events:
            self.closed.wait()
            return None
        self.handed_out += 1
        headers = {
            "Lambda-Runtime-Aws-Request-Id": self.request_id(self.handed_out),
            "Lambda-Runtime-Deadline-Ms": str(_FAR_AWAY),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
        }
        return headers, self.events.pop(0)

    def take(self, path: str, error_type: str | None, document: Any) -> bool:  # noqa: ANN401 - any JSON
        """Keep an answer, and return whether the API has such a place and waits for it."""
        if path == f"{_BASE}/init/error":
            answer = Answer(kind="init/error", error_type=error_type, document=document)
        elif (found := _ANSWER.fullmatch(path)) and found[1] == self.waits_for:
            answer = Answer(kind=found[2], request=found[1], error_type=error_type, document=document)
        else:
            self.unknown.append(path)
            return False
        self.answers.append(answer)
        return True


@contextmanager
def serve_runtime_api(events: Sequence[Any]) -> Iterator[RuntimeApi]:
    """Serve the events on a free port of loopback until the block ends."""
    api = RuntimeApi(events=list(events), wanted=len(events))

    class Handler(_Handler):
        served = api

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: RuntimeApi

    def do_GET(self) -> None:
        if self.path != f"{_BASE}/invocation/next":
            self.served.unknown.append(self.path)
            self._reply(404, {"errorType": "NotFound"}, {})
            return
        found = self.served.next()
        if found is None:
            self.close_connection = True
            return
        headers, event = found
        self._reply(200, event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        error_type = self.headers.get("Lambda-Runtime-Function-Error-Type")
        taken = self.served.take(self.path, error_type, json.loads(body))
        self._reply(202 if taken else 404, {"status": "OK"} if taken else {"errorType": "NotFound"}, {})
        if self.served.complete:
            self.served.done.set()

    def _reply(self, status: int, document: Any, headers: Mapping[str, str]) -> None:  # noqa: ANN401 - any JSON
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class has
        """Say nothing."""
