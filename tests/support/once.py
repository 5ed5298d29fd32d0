"""What a client of AWS asks a second time, because the answer got lost on its way, is done once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from support.trouble import Environ, WsgiApp


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an application said."""

    status: str
    headers: list[tuple[str, str]]
    body: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Once:
    """A WSGI application that gives the answer of a change again to whoever asks again.

    On loopback, one answer in a few thousand does not arrive. The client then repeats its request under the same
    invocation, and AWS, which cannot know either, would publish another version. No test is about that, and any that
    counts calls would fail by it. Refusals are given anew: to go on asking until they end is what clients should do.
    """

    app: WsgiApp
    answers: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") or not invocation:
            return self.app(environ, start_response)
        answer = self.answers.get(invocation) or self._ask(environ)
        if answer.status.startswith("2"):
            self.answers[invocation] = answer
        start_response(answer.status, answer.headers)
        return answer.body

    def _ask(self, environ: Environ) -> Answer:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            said.append((status, headers))

        body = tuple(self.app(environ, start_response))
        (status, headers) = said[-1]
        return Answer(status=status, headers=headers, body=body)
