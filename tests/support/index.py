"""A small package index on loopback, with knobs for everything that goes wrong with indexes."""

import base64
import hashlib
import html
import json
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest

LOGIN_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><form>Please sign in</form></body></html>"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came in. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    status: int = 0

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of basic authentication."""
        given = self.headers.get("authorization", "")
        if not given.startswith("Basic "):
            return None
        user, _, password = base64.b64decode(given[6:]).decode().partition(":")
        return user, password


@dataclass(kw_only=True)
class SimpleIndex:
    """An index that serves the wheels and sdists of a folder (PEP 503, PEP 691, PEP 658, PEP 592).

    Attributes:
        folder: read anew at each request, so wheels may come and go.
        auth: user and password that every request has to bring.
        refuse: a status that every request is answered with, such as 401, 403 or 500.
        refuse_files: likewise, for files alone.
        login_page: every page is an HTML login page with status 200.
        login_files: every file is one.
        yanked: reasons by file name.
        wrong_hash: file names whose sha256 on the page is not the file's own.
        no_hash: pages name no digest.
        hash_name: the digest's name on the pages.
        requires_python: by file name.
        json_pages: pages in PEP 691's form; else HTML.
        metadata: METADATA is offered apart (PEP 658).
        ranges: files answer range requests.
        requests: all that came in, in order.
    """

    folder: Path
    auth: tuple[str, str] | None = None
    refuse: int | None = None
    refuse_files: int | None = None
    login_page: bool = False
    login_files: bool = False
    yanked: dict[str, str] = field(default_factory=dict)
    wrong_hash: set[str] = field(default_factory=set)
    no_hash: bool = False
    hash_name: str = "sha256"
    requires_python: dict[str, str] = field(default_factory=dict)
    json_pages: bool = True
    metadata: bool = True
    ranges: bool = True
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The simple index's URL."""
        return f"{self.origin}/simple/"

    def url_as(self, user: str, password: str) -> str:
        """Return the index's URL with credentials."""
        return self.url.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@")

    def file_url(self, name: str) -> str:
        """Return the URL of a file."""
        return f"{self.origin}/files/{quote(name)}"

    def asked_for(self, part: str) -> list[Request]:
        """Return the requests whose path holds ``part``."""
        return [request for request in self.requests if part in request.path]

    def files(self) -> dict[str, list[Path]]:
        """Return the files by normalised project name."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.folder.glob("*")):
            if path.name.endswith((".whl", ".tar.gz", ".zip")):
                stem = path.name.split("-")[0] if path.suffix == ".whl" else path.name.rsplit("-", 1)[0]
                found.setdefault(re.sub(r"[-_.]+", "-", stem).lower(), []).append(path)
        return found

    def digest(self, path: Path) -> str:
        """Return the digest that the pages give for a file."""
        if path.name in self.wrong_hash:
            return hashlib.new(self.hash_name, b"something else").hexdigest()
        return hashlib.new(self.hash_name, path.read_bytes()).hexdigest()


@contextmanager
def serve_index(folder: Path, **knobs: Any) -> Iterator[SimpleIndex]:  # noqa: ANN401 - the knobs of SimpleIndex
    """Serve a folder's wheels on a free port of loopback until the block ends."""
    index = SimpleIndex(folder=folder, **knobs)

    class Handler(_Handler):
        served = index

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def uv_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep uv and pip away from this machine's settings and caches; return the folder that uv's cache is in."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_", "XDG_"))]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(home / "xdg"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return tmp_path / "uv-cache"


@pytest.fixture
def index(tmp_path: Path, uv_alone: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleIndex]:
    """Serve ``tmp_path/"wheels"`` as uv's only index; tests put wheels there and turn the knobs."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with serve_index(folder) as served:
        monkeypatch.setenv("UV_DEFAULT_INDEX", served.url)
        yield served


class _Handler(BaseHTTPRequestHandler):
    served: SimpleIndex
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name for it
        """Say nothing: ``SimpleIndex.requests`` is the log."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        parts = [part for part in path.split("/") if part]
        refused = self._refusal(parts)
        if refused is not None:
            self._send(refused, b"refused", "text/plain")
        elif parts[:1] == ["simple"] and len(parts) == 2:
            self._page(parts[1])
        elif parts[:1] == ["files"] and len(parts) == 2:
            self._file(parts[1])
        else:
            self._send(404, b"not found", "text/plain")

    def _refusal(self, parts: list[str]) -> int | None:
        index = self.served
        if index.refuse is not None:
            return index.refuse
        if parts[:1] == ["files"] and index.refuse_files is not None:
            return index.refuse_files
        request = Request(method="", path="", headers={key.lower(): value for key, value in self.headers.items()})
        return 401 if index.auth is not None and request.basic != index.auth else None

    def _page(self, project: str) -> None:
        index = self.served
        if index.login_page:
            self._send(200, LOGIN_PAGE.encode(), "text/html; charset=utf-8")
            return
        files = index.files().get(project)
        if files is None:
            self._send(404, b"no such project", "text/plain")
        elif index.json_pages:
            page = {"meta": {"api-version": "1.1"}, "name": project, "files": [self._row(path) for path in files]}
            self._send(200, json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json")
        else:
            links = "".join(self._link(path) for path in files)
            self._send(200, f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html; charset=utf-8")

    def _row(self, path: Path) -> dict[str, Any]:
        index = self.served
        row: dict[str, Any] = {
            "filename": path.name,
            "url": f"../../files/{quote(path.name)}",
            "size": path.stat().st_size,
        }
        row["hashes"] = {} if index.no_hash else {index.hash_name: index.digest(path)}
        row["yanked"] = index.yanked.get(path.name, False)
        row["upload-time"] = "2024-01-01T00:00:00Z"
        if path.name in index.requires_python:
            row["requires-python"] = index.requires_python[path.name]
        if index.metadata and path.suffix == ".whl":
            row["core-metadata"] = {"sha256": hashlib.sha256(_metadata(path)).hexdigest()}
        return row

    def _link(self, path: Path) -> str:
        index = self.served
        fragment = "" if index.no_hash else f"#{index.hash_name}={index.digest(path)}"
        attributes = ""
        if path.name in index.yanked:
            attributes += f' data-yanked="{html.escape(index.yanked[path.name])}"'
        if path.name in index.requires_python:
            attributes += f' data-requires-python="{html.escape(index.requires_python[path.name])}"'
        if index.metadata and path.suffix == ".whl":
            attributes += ' data-core-metadata="true"'
        return f'<a href="../../files/{quote(path.name)}{fragment}"{attributes}>{html.escape(path.name)}</a><br/>\n'

    def _file(self, name: str) -> None:
        index = self.served
        path = index.folder / name.removesuffix(".metadata")
        if index.login_files:
            self._send(200, LOGIN_PAGE.encode(), "text/html; charset=utf-8")
        elif not path.is_file() or "/" in name:
            self._send(404, b"no such file", "text/plain")
        elif name.endswith(".metadata"):
            self._send(200, _metadata(path), "text/plain")
        else:
            self._bytes(path.read_bytes())

    def _bytes(self, content: bytes) -> None:
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not self.served.ranges or wanted is None:
            self._send(200, content, "application/octet-stream")
            return
        first, last = wanted.groups()
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last) + 1 if first and last else len(content), len(content))
        if start >= len(content):
            self._send(416, b"", "text/plain", {"Content-Range": f"bytes */{len(content)}"})
            return
        span = {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"}
        self._send(206, content[start:end], "application/octet-stream", span)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        given = {key.lower(): value for key, value in self.headers.items()}
        self.served.requests.append(Request(method=self.command, path=self.path, headers=given, status=status))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="packages"')
        if self.served.ranges:
            self.send_header("Accept-Ranges", "bytes")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _metadata(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name)
