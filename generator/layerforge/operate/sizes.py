"""Asks AWS how large published layer versions are.

Lambda tells the size of a version's ZIP and where the ZIP can be had for ten minutes, but not what it unpacks to. That
stands in the ZIP's own directory at its end, of which a few kilobytes are read; the ZIP itself stays where it is.
"""

import io
import os
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.lock.types import ExternalRecord
from layerforge.names import LAYER_VERSION_ARN
from layerforge.operate.aws import Access, Answers, asking

_TAIL: Final = 256 << 10
_PARTIAL, _WHOLE = 206, 200

Fetch = Callable[[str, int, int], bytes]
"""Returns the bytes of a URL from one offset up to another, that one not included."""


def read_sizes(access: Access, arns: Sequence[str], *, fetch: Fetch | None = None) -> Answers[ExternalRecord]:
    """Return the sizes of layer versions by ARN, several asked at a time; one without an answer hides no other.

    Args:
        access: to AWS; each ARN is asked about in its own Region.
        arns: of layer versions, one's own or anybody's that one may read.
        fetch: reads a part of a ZIP; over HTTPS by default.
    """
    return access.in_regions(arns, lambda arn: _read(access, arn, fetch or fetch_part))


def _read(access: Access, arn: str, fetch: Fetch) -> ExternalRecord:
    parts = LAYER_VERSION_ARN.fullmatch(arn)
    if parts is None:
        raise ValueError(f"{arn} is not the ARN of a layer version")
    region = parts["region"]
    client = access.lambda_(region)
    with asking(region):
        content = client.get_layer_version_by_arn(Arn=arn)["Content"]
        zipped, url = content["CodeSize"], content["Location"]
        try:
            with zipfile.ZipFile(RemoteFile(zipped, lambda begin, end: fetch(url, begin, end))) as archive:
                unzipped = sum(item.file_size for item in archive.infolist())
        except (zipfile.BadZipFile, OSError) as error:
            raise OutsideError(_unreadable(arn, str(error))) from error
    return ExternalRecord(zipped_size=zipped, unzipped_size=unzipped)


class RemoteFile(io.RawIOBase):
    """A file of which only the parts that are read are fetched; its end, where a ZIP's directory lies, in one go."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        """Read a file of ``size`` bytes through ``fetch``, which takes two offsets."""
        self._size = size
        self._fetch = fetch
        self._at = 0
        self._begin = max(0, size - _TAIL)
        self._tail = fetch(self._begin, size) if size else b""

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def readable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the offset that the next read begins at."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("it is shorter than it says")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, or all that are left."""
        end = self._size if size is None or size < 0 else min(self._size, self._at + size)
        begin, self._at = self._at, max(self._at, end)
        if begin >= end:
            return b""
        if begin >= self._begin:
            return self._tail[begin - self._begin : end - self._begin]
        return self._fetch(begin, end)


def fetch_part(url: str, begin: int, end: int) -> bytes:
    """Return a part of what lies at a URL that AWS gave, through the proxies and certificates that boto3 uses.

    Raises:
        OSError: the server does not give it.
        botocore.exceptions.BotoCoreError: there is no way to the server.
    """
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - slow to import
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415
    from botocore.utils import get_environ_proxies  # noqa: PLC0415

    bundle: Any = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or True
    session = URLLib3Session(verify=bundle, proxies=get_environ_proxies(url))
    try:
        headers = {"Range": f"bytes={begin}-{end - 1}", "Accept-Encoding": "identity"}
        answer = session.send(AWSRequest("GET", url, headers=headers).prepare())
        if answer.status_code == _PARTIAL:
            return answer.content
        if answer.status_code == _WHOLE:
            return answer.content[begin:end]
    finally:
        session.close()
    raise OSError(f"its bucket answered with status {answer.status_code}")


def _unreadable(arn: str, reason: str) -> Diagnostic:
    return Diagnostic(
        code="AWS020",
        message=f"the ZIP of `{arn}` cannot be read: {reason}",
        hint="write its unzipped `size` into the spec instead",
    )
