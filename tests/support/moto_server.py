"""A stand-in for AWS on loopback: moto's server with faithful answers, and a log of what it was asked to do."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import boto3
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound
from werkzeug.serving import WSGIRequestHandler, make_server

from support.mirror import REGION
from support.moto_faithful import PENDING, faithful
from support.once import Once
from support.trouble import Environ, Trouble, WsgiApp

READS: Final = ("Get", "List", "Head", "Describe")
HIDDEN: Final = ("Content", "ZipFile", "Code")
"""Parameters that hold bytes; nobody wants them in a log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request to an API.

    Attributes:
        service: as it signs, such as ``lambda``.
        method: HTTP's.
        action: the API's name for it, such as ``PublishLayerVersion``.
        parameters: what it was given, but for bytes of code.
        status: of the answer; 0 if there was none.
        region: that it was signed for.
        at: seconds on a clock that never goes back.
    """

    service: str
    method: str
    action: str
    parameters: Mapping[str, Any]
    status: int
    region: str = ""
    at: float = 0.0

    @property
    def writes(self) -> bool:
        """Whether it may have changed something."""
        return not self.action.startswith(READS) and self.service not in ("sts", "iam")


@dataclass(slots=True)
class Log:
    """The requests since the last ``clear``, in the order of their answers."""

    calls: list[Call] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was."""
        self.calls.clear()

    def writes(self, *actions: str) -> list[Call]:
        """Return the calls that may have changed something, or those of ``actions``."""
        return [call for call in self.calls if (call.action in actions if actions else call.writes)]

    def actions(self) -> list[str]:
        """Return the names of the calls that may have changed something."""
        return [call.action for call in self.writes()]


@dataclass(frozen=True, kw_only=True, slots=True)
class Logging:
    """A WSGI application around moto's that writes the log."""

    app: WsgiApp
    log: Log
    trouble: Trouble
    one: threading.Lock = field(default_factory=threading.Lock)
    """moto is not made for threads: what two of them do at once is lost, or answered with 500 and then done twice."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        region, service = _scope(environ)
        action, parameters = _action(service, environ)
        at, method = time.monotonic(), environ["REQUEST_METHOD"]
        status = []

        def remember(line: str, *rest: Any) -> Any:  # noqa: ANN401 - WSGI's own signature
            status.append(int(line.split(maxsplit=1)[0]))
            return start_response(line, *rest)

        try:
            app = self.trouble.instead(action, region) or self.app
            with self.one:
                return list(app(environ, remember))
        finally:
            self.log.calls.append(
                Call(
                    service=service,
                    method=method,
                    action=action,
                    parameters=parameters,
                    status=status[0] if status else 0,
                    region=region,
                    at=at,
                )
            )


def _scope(environ: Environ) -> tuple[str, str]:
    words = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
    return (words[2], words[3]) if len(words) > 3 else ("", "")


def _action(service: str, environ: Environ) -> tuple[str, dict[str, Any]]:
    document = {} if service == "s3" else _document(environ)
    if "HTTP_X_AMZ_TARGET" in environ:
        return str(environ["HTTP_X_AMZ_TARGET"]).rpartition(".")[2], document
    if service not in ("lambda", "s3", "signer"):
        return str(document.get("Action", environ["PATH_INFO"])), document
    request = Request({**environ, "wsgi.input": io.BytesIO()})
    try:
        operation, in_path = get_service_router(service).match(request)
    except NotFound:
        return str(environ["PATH_INFO"]), document
    given = {**document, **request.args.to_dict(), **in_path}
    return str(operation.name), {name: value for name, value in given.items() if name not in HIDDEN}


def _document(environ: Environ) -> dict[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return dict(pair.split("=", 1) for pair in body.decode().split("&") if "=" in pair)
    return document if isinstance(document, dict) else {}


class _Quiet(WSGIRequestHandler):
    def log(self, kind: str, message: str, *args: Any) -> None:  # noqa: ANN401 - the overridden signature
        """Print nothing: the log is in memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aws:
    """The stand-in while it runs.

    Attributes:
        url: of every service's endpoint.
        log: what it was asked.
        trouble: what goes wrong on purpose.
    """

    url: str
    log: Log
    trouble: Trouble
    _once: Once

    @property
    def environment(self) -> dict[str, str]:
        """What points AWS's clients, Terraform's provider among them, to the stand-in."""
        return {"AWS_ENDPOINT_URL": self.url}

    def client(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        """Return a boto3 client of the stand-in, made once; its calls are logged too."""
        return _client(self.url, service, region)

    def reset(self) -> None:
        """Forget everything that exists and everything that was asked."""
        moto_api_backend.reset()
        PENDING.reset()
        self.trouble.clear()
        self.log.clear()
        self._once.answers.clear()


@cache
def _client(url: str, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    session = boto3.Session(region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing")
    make: Any = session.client  # one overload a service: more than a type checker should read
    return make(service, endpoint_url=url)


@contextmanager
def serving() -> Iterator[Aws]:
    """Run the stand-in on a free port of loopback."""
    log, trouble = Log(), Trouble()
    once = Once(app=Logging(app=DomainDispatcherApplication(create_backend_app), log=log, trouble=trouble))
    server = make_server("127.0.0.1", 0, once, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with faithful():
        thread.start()
        yield Aws(url=f"http://127.0.0.1:{server.port}", log=log, trouble=trouble, _once=once)
        server.shutdown()
        thread.join()
        server.server_close()
