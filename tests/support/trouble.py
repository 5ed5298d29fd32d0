"""What goes wrong on purpose at the stand-in for AWS: refusals of an API, Regions that do not answer, meddling."""

import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


@dataclass(kw_only=True, slots=True)
class Refusal:
    """An answer that AWS gives instead of doing what it was asked.

    Attributes:
        action: the API's name.
        kind: AWS's code, such as ``TooManyRequestsException``.
        status: HTTP's.
        message: AWS's words.
        region: where; everywhere for ``None``.
        times: how often it is still given.
        before: called at each refusal, or instead of one where ``kind`` is empty.
    """

    action: str
    kind: str = ""
    status: int = 400
    message: str = ""
    region: str | None = None
    times: int = 1_000_000
    before: Callable[[], object] | None = None

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, in S3's way to those who ask S3."""
        if "/s3/" in environ.get("HTTP_AUTHORIZATION", ""):
            start_response(f"{self.status} Refused", [("Content-Type", "application/xml")])
            body = f"<Error><Code>{self.kind}</Code><Message>{self.message}</Message></Error>"
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body.encode()]
        headers = [("Content-Type", "application/json"), ("x-amzn-errortype", self.kind)]
        start_response(f"{self.status} Refused", headers)
        return [json.dumps({"__type": self.kind, "Type": "User", "message": self.message}).encode()]


@dataclass(slots=True)
class Trouble:
    """The trouble that there is."""

    refusals: list[Refusal] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def clear(self) -> None:
        """Let everything go well again."""
        self.refusals.clear()
        self.unreachable.clear()

    def instead(self, action: str, region: str) -> WsgiApp | None:
        """Return what answers instead of AWS, if anything."""
        if region in self.unreachable:
            return _hang_up
        for refusal in self.refusals:
            if refusal.action == action and refusal.region in (None, region) and refusal.times > 0:
                refusal.times -= 1
                if refusal.before is not None:
                    refusal.before()
                return refusal if refusal.kind else None
        return None


def _hang_up(environ: Environ, _start_response: Callable[..., Any]) -> Iterable[bytes]:
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
