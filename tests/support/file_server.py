"""A loopback file server and proxy that misbehaves as told: breaks off, ignores ranges, redirects, refuses, lies."""

import contextlib
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(kw_only=True)
class Reply:
    """What to answer.

    Attributes:
        status: the HTTP status of an answer to a request without a range.
        body: the whole file; what is asked for of it is sent.
        headers: further headers.
        ranges: whether ranges are honoured.
        breaks_after: bytes of the body after which the connection is cut; ``None`` for never.
        promised: the ``Content-Length`` to give; ``None`` for the true one, -1 for none at all.
        chunked: send the body in chunks, without a length.
        pause: seconds before the body.
        piece: bytes a write.
        range_header: the ``Content-Range`` to lie with.
        extra: bytes sent beyond what was asked for.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ranges: bool = True
    breaks_after: int | None = None
    promised: int | None = None
    chunked: bool = False
    pause: float = 0
    piece: int = 1 << 16
    range_header: str | None = None
    extra: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]


class FileServer:
    """Answers each path with its replies in turn; the last one stays.

    Attributes:
        url: ``http://127.0.0.1:<port>``.
        asked: the requests so far.
        users: ``user:password`` in base64, wanted of requests (401) if set.
        proxy_users: likewise of proxied requests (407).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.users: set[str] = set()
        self.proxy_users: set[str] = set()
        self._replies: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()

    def put(self, path: str, *replies: Reply | bytes) -> str:
        """Answer ``path`` with ``replies`` in turn, and return its URL."""
        self._replies[path] = [Reply(body=item) if isinstance(item, bytes) else item for item in replies]
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Redirect ``path``, and return its URL."""
        return self.put(path, Reply(status=status, headers={"Location": to}))

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [item.path for item in self.asked]

    def reply_to(self, asked: Asked) -> Reply:
        """Return what to answer, and turn to the next."""
        with self._lock:
            self.asked.append(asked)
            if self.users and asked.headers.get("authorization", "").removeprefix("Basic ") not in self.users:
                return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="files"'})
            replies = self._replies.get(asked.path)
            if replies is None:
                return Reply(status=404, body=b"not here")
            return replies.pop(0) if len(replies) > 1 else replies[0]


@contextlib.contextmanager
def serve_files(*, tls: Path | None = None, host: str = "127.0.0.1") -> Iterator[FileServer]:
    """Run a file server in threads.

    Args:
        tls: a PEM file of a certificate and its key, for https.
        host: the address to listen at; its name in URLs too.
    """
    httpd = _Server((host, 0), _Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    httpd.files = FileServer(f"{scheme}://{host}:{httpd.server_address[1]}")
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield httpd.files
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@contextlib.contextmanager
def dead_port() -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    files: FileServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        files = self.server.files
        proxied = not self.path.startswith("/")
        if proxied and files.proxy_users and not self._may_pass(headers):
            files.reply_to(Asked(method="GET", path=self.path, headers=headers))
            self._send(Reply(status=407), 0)
            return
        reply = files.reply_to(Asked(method="GET", path=self.path, headers=headers))
        wanted = headers.get("range", "") if reply.ranges and reply.status == 200 else ""
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        if last:
            self._send_part(reply, int(first), min(int(last) + 1, len(reply.body)))
        else:
            self._send(reply, int(first or 0))

    def do_CONNECT(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.files.asked.append(Asked(method="CONNECT", path=self.path, headers=headers))
        self.close_connection = True
        if self.server.files.proxy_users and not self._may_pass(headers):
            self._send(Reply(status=407), 0)
            return
        name, _, port = self.path.rpartition(":")
        with socket.create_connection((name, int(port)), timeout=10) as other:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pump, args=(other, self.connection), daemon=True)
            back.start()
            _pump(self.connection, other)

    def _may_pass(self, headers: Mapping[str, str]) -> bool:
        return headers.get("proxy-authorization", "").removeprefix("Basic ") in self.server.files.proxy_users

    def _send_part(self, reply: Reply, begin: int, end: int) -> None:
        body = reply.body[begin:end]
        place = f"bytes {begin}-{end - 1}/{len(reply.body)}"
        self._head(206, {"Content-Range": place, "Content-Length": str(len(body))})
        self._body(reply, body)

    def _send(self, reply: Reply, start: int) -> None:
        body = reply.body[start:]
        if start and start >= len(reply.body):
            self._head(416, {"Content-Range": f"bytes */{len(reply.body)}", "Content-Length": "0"})
            return
        headers = dict(reply.headers)
        if start:
            true_range = f"bytes {start}-{len(reply.body) - 1}/{len(reply.body)}"
            headers["Content-Range"] = reply.range_header or true_range
        body += reply.extra
        if reply.chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif reply.promised != -1:
            headers["Content-Length"] = str(len(body) if reply.promised is None else reply.promised)
        else:
            headers["Connection"] = "close"
        self._head(206 if start else reply.status, headers)
        time.sleep(reply.pause)
        self._body(reply, body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _body(self, reply: Reply, body: bytes) -> None:
        sent = body if reply.breaks_after is None else body[: reply.breaks_after]
        for first in range(0, len(sent), reply.piece):
            piece = sent[first : first + reply.piece]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.chunked else piece)
            self.wfile.flush()
            if reply.piece < 1 << 10:
                time.sleep(0.002)  # so that the client sees the pieces
        if reply.breaks_after is not None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif reply.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if reply.promised is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Tests read what was asked for from ``asked``."""


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
