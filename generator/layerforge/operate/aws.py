"""The way to AWS: sessions and clients per Region, requests at a bounded rate, errors in words, Regions side by side.

Endpoint, Region, credentials, proxies and certificates are the user's own configuration, as every AWS tool reads it.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from layerforge import __version__
from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.operate.pace import CONTROL_PLANE, Pace, StoppedError

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.session import Session as Settings
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_ssm.client import SSMClient

_TRIES: Final = 6
_CONNECT_SECONDS: Final = 10
_REGIONS_AT_A_TIME: Final = 16
_REQUESTS_AT_A_TIME: Final = 8

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers(Generic[T]):
    """What came of the same work in several Regions.

    Attributes:
        values: by Region, in the order asked, of those that answered.
        problems: by Region, of those that did not.
    """

    values: Mapping[str, T]
    problems: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What went wrong, each once: expired credentials are the same in every Region."""
        return tuple(dict.fromkeys(item for found in self.problems.values() for item in found))


class Access:
    """One user's access to AWS. Safe for threads."""

    def __init__(self, *, per_second: float | None = None) -> None:
        """Take the requests a second that Lambda gets in each Region; ``CONTROL_PLANE`` if nobody says."""
        self._per_second = per_second or CONTROL_PLANE
        self._lock = threading.Lock()
        self._session: tuple[Session, Settings] | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._paces: dict[str, Pace] = {}
        self._stopped = threading.Event()

    def default_region(self) -> str:
        """Return the Region of the user's own configuration.

        Raises:
            OutsideError: ``AWS006`` there is none.
        """
        from botocore.exceptions import NoRegionError  # noqa: PLC0415 - slow to import

        with asking(None, "sts"), self._lock:
            region = os.environ.get("AWS_REGION") or self._opened()[0].region_name
            if not region:
                raise NoRegionError
            return region

    def lambda_(self, region: str) -> "LambdaClient":
        """Return the client of Lambda's control plane; all its requests, retries too, go at the Region's pace."""
        client: LambdaClient = self._client("lambda", region)
        return client

    def s3(self, region: str) -> "S3Client":
        """Return the client of S3."""
        client: S3Client = self._client("s3", region)
        return client

    def ssm(self, region: str) -> "SSMClient":
        """Return the client of Systems Manager."""
        client: SSMClient = self._client("ssm", region)
        return client

    def signer(self, region: str) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        """Return the client of AWS Signer."""
        return self._client("signer", region)

    def stop(self) -> None:
        """Call everything off: no request is sent any more."""
        self._stopped.set()
        for pace in list(self._paces.values()):
            pace.stop()

    def go_on(self) -> None:
        """Let long work go on, or end it here.

        Raises:
            StoppedError: somebody has called ``stop``.
        """
        if self._stopped.is_set():
            raise StoppedError

    def in_regions(self, regions: Sequence[str], work: Callable[[str], T]) -> Answers[T]:
        """Do the same work in several Regions at a time. One that cannot be reached hides no other."""
        found = dict(zip(regions, self.each(regions, _kept(work), at_a_time=_REGIONS_AT_A_TIME), strict=True))
        return Answers(
            values={region: item for region, item in found.items() if not isinstance(item, OutsideError)},
            problems={region: item.diagnostics for region, item in found.items() if isinstance(item, OutsideError)},
        )

    def each(self, items: Iterable[T], work: Callable[[T], R], *, at_a_time: int = _REQUESTS_AT_A_TIME) -> list[R]:
        """Return what ``work`` makes of each item, in order, several at a time; the first error calls off the rest."""
        pool = ThreadPoolExecutor(max_workers=at_a_time)
        try:
            return list(pool.map(work, items))
        except KeyboardInterrupt:
            self.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        with self._lock:  # boto3's session is not safe for threads, its clients are
            client = self._clients.get((service, region))
            if client is None:
                with asking(region, service):
                    client = self._made(service, region)
                self._clients[service, region] = client
            return client

    def _made(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        from botocore.config import Config  # noqa: PLC0415 - slow to import

        session, settings = self._opened()
        own = settings.get_config_variable("max_attempts")  # the user's word on tries wins
        config = Config(
            retries={
                "mode": "adaptive" if service == "lambda" else "standard",
                "total_max_attempts": _TRIES if own is None else int(own),
            },
            connect_timeout=_CONNECT_SECONDS,
            max_pool_connections=max(_REQUESTS_AT_A_TIME, _REGIONS_AT_A_TIME),
            user_agent_extra=f"layerforge/{__version__}",
        )
        make: Any = session.client  # one overload a service: more than a type checker should read
        client = make(service, region_name=region, config=config)
        if service == "lambda":
            pace = self._paces.setdefault(region, Pace(self._per_second))
            client.meta.events.register("before-send.lambda", lambda **_kwargs: pace.turn())
        return client

    def _opened(self) -> "tuple[Session, Settings]":
        if self._session is None:
            from boto3.session import Session  # noqa: PLC0415 - slow to import
            from botocore.session import get_session  # noqa: PLC0415 - slow to import

            settings = get_session()
            self._session = Session(botocore_session=settings), settings
        return self._session


def _kept(work: Callable[[str], T]) -> Callable[[str], T | OutsideError]:
    def kept(region: str) -> T | OutsideError:
        try:
            return work(region)
        except OutsideError as error:
            return error

    return kept


@contextmanager
def asking(region: str | None, service: str = "lambda") -> Iterator[None]:
    """Word what botocore raises in here.

    Raises:
        OutsideError: ``AWS001`` no credentials, ``AWS002`` expired or unknown ones, ``AWS003`` a missing IAM action,
            ``AWS004`` no connection, ``AWS005`` throttled, ``AWS006`` no Region, ``AWS007`` AWS failed, ``AWS008``
            another refusal, ``AWS009`` settings that do not work.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    from layerforge.operate.refusals import from_answer, from_the_way  # noqa: PLC0415 - with botocore

    try:
        yield
    except ClientError as error:
        raise OutsideError(from_answer(error, region, service)) from error
    except BotoCoreError as error:
        raise OutsideError(from_the_way(error, region)) from error


def pages(client: Any, operation: str, key: str, **parameters: Any) -> Iterator[Any]:  # noqa: ANN401 - any client
    """Yield the items of every page of a listing, such as ``list_layer_versions`` and ``LayerVersions``."""
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(key, ())


def refusal(error: Exception) -> str:
    """Return AWS's code for a ``ClientError``, such as ``ResourceNotFoundException``; empty for anything else."""
    answer: Any = getattr(error, "response", None)
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
