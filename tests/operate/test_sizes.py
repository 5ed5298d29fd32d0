"""How large published layer versions are: what AWS says, and what the end of their ZIPs says."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.awslambda.models import LayerVersion

from layerforge.cli.main import run
from layerforge.cli.messages import render_diagnostics
from layerforge.lock.types import ExternalRecord
from layerforge.operate import sizes
from layerforge.operate.aws import Access
from layerforge.operate.sizes import RemoteFile, fetch_part, read_sizes
from support import fleet
from support.file_server import FileServer, Reply, serve_files
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws

SPEC = """\
version: 1
regions: {{eu-west-1: active, us-east-1: active}}
externals:
  powertools:
    arns:
      eu-west-1: {here}
      us-east-1: {there}
functions:
  processor:
    runtime: python3.12
    architecture: arm64
    layers: [powertools]
"""


def zip_with(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """The bucket that AWS's answers point to; it has the ZIP of each version."""
    with serve_files() as server:
        original = LayerVersion.get_layer_version

        def get_layer_version(self: LayerVersion) -> dict[str, Any]:
            answer = original(self)
            path = f"/{self.arn.replace(':', '/')}.zip"
            answer["Content"]["Location"] = f"{server.url}{path}"
            server.put(path, self.code_bytes)
            return answer

        monkeypatch.setattr(LayerVersion, "get_layer_version", get_layer_version)
        yield server


def publish(aws: Aws, content: bytes, *, region: str = REGION) -> str:
    arn: str = fleet.api(aws, region).publish_layer_version(LayerName="powertools", Content={"ZipFile": content})[
        "LayerVersionArn"
    ]
    return arn


def test_sizes_of_versions_in_two_regions(aws_here: Aws, bucket: FileServer) -> None:
    contents = {REGION: zip_with(a=b"x" * 1000, b=b"y" * 234), OTHER: zip_with(a=b"x" * 5)}
    arns = {region: publish(aws_here, content, region=region) for region, content in contents.items()}
    answers = read_sizes(Access(), list(arns.values()))
    assert answers.diagnostics == ()
    assert answers.values == {
        arns[REGION]: ExternalRecord(zipped_size=len(contents[REGION]), unzipped_size=1234),
        arns[OTHER]: ExternalRecord(zipped_size=len(contents[OTHER]), unzipped_size=5),
    }
    assert {asked.headers["range"] for asked in bucket.asked} == {
        f"bytes=0-{len(content) - 1}" for content in contents.values()
    }


def test_of_a_large_zip_only_the_end_is_read(aws_here: Aws, bucket: FileServer) -> None:
    noise = random.Random(1).randbytes(1 << 20)
    content = zip_with(noise=noise)
    arn = publish(aws_here, content)
    answers = read_sizes(Access(), [arn])
    assert answers.values == {arn: ExternalRecord(zipped_size=len(content), unzipped_size=1 << 20)}
    (asked,) = bucket.asked
    assert asked.headers["range"] == f"bytes={len(content) - (256 << 10)}-{len(content) - 1}"


def test_one_without_an_answer_hides_no_other(aws_here: Aws, bucket: FileServer) -> None:
    arn = publish(aws_here, zip_with(a=b"x"))
    gone = f"{arn[:-1]}9"
    answers = read_sizes(Access(), [gone, arn])
    assert list(answers.values) == [arn]
    assert render_diagnostics(answers.problems[gone]).startswith("error[AWS008]")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=403, ranges=False), "its bucket answered with status 403"),
        (b"no ZIP at all" * 10, "File is not a zip file"),
    ],
)
def test_aws020_a_zip_that_cannot_be_read(
    aws_here: Aws, bucket: FileServer, monkeypatch: pytest.MonkeyPatch, reply: Reply | bytes, reason: str
) -> None:
    arn = publish(aws_here, zip_with(a=b"x"))
    url = bucket.put("/other", reply)
    monkeypatch.setattr(sizes, "fetch_part", lambda _, begin, end: fetch_part(url, begin, end))
    assert render_diagnostics(read_sizes(Access(), [arn]).diagnostics) == (
        f"error[AWS020]: the ZIP of `{arn}` cannot be read: {reason}\n\n"
        "hint: write its unzipped `size` into the spec instead\n"
    )


def test_a_server_that_knows_no_ranges(bucket: FileServer) -> None:
    url = bucket.put("/whole", Reply(body=b"0123456789", ranges=False))
    assert fetch_part(url, 3, 7) == b"3456"


def test_not_an_arn() -> None:
    with pytest.raises(ValueError, match="is not the ARN of a layer version"):
        read_sizes(Access(), ["arn:aws:lambda:eu-west-1:123456789012:layer:x"])


content = st.binary(min_size=0, max_size=300)


@given(data=content, steps=st.lists(st.tuples(st.integers(-10, 310), st.sampled_from([0, 1, 2]), st.integers(-1, 310))))
def test_a_remote_file_reads_as_a_file_does(data: bytes, steps: list[tuple[int, int, int]]) -> None:
    here = io.BytesIO(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "_TAIL", 64)  # smaller than most of the files
        there = RemoteFile(len(data), lambda begin, end: data[begin:end])
    assert there.seekable()
    assert there.readable()
    for offset, whence, size in steps:
        base = {0: 0, 1: here.tell(), 2: len(data)}[whence]
        if base + offset < 0:
            with pytest.raises(OSError, match="shorter than it says"):
                there.seek(offset, whence)
            continue
        assert there.seek(offset, whence) == here.seek(base + offset)
        assert there.read(size) == here.read(size)
        assert there.tell() == max(here.tell(), base + offset)


# The command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))

    def write(here: str, there: str) -> Path:
        (tmp_path / "layers.yaml").write_text(SPEC.format(here=here, there=there), encoding="utf-8")
        return tmp_path / "layers.lock.json"

    return write


def test_lock_asks_aws_once_and_keeps_what_it_told(
    aws_here: Aws, bucket: FileServer, project: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    contents = {REGION: zip_with(a=b"x" * 1000), OTHER: zip_with(a=b"x" * 5)}
    arns = {region: publish(aws_here, content, region=region) for region, content in contents.items()}
    lock = project(arns[REGION], arns[OTHER])
    assert run(["lock"]) == 0
    assert "externals" not in json.loads(lock.read_text())
    assert bucket.asked == []
    assert run(["lock", "--ask-aws"]) == 0
    assert json.loads(lock.read_text())["externals"] == {
        arns[region]: {"unzipped_size": size, "zipped_size": len(contents[region])}
        for region, size in ((REGION, 1000), (OTHER, 5))
    }
    before = lock.read_bytes()
    aws_here.log.clear()
    for argv in (["lock", "--ask-aws"], ["gen"], ["gen", "--check"], ["lock", "--check"]):
        assert run(argv) == 0
    assert aws_here.log.actions() == []
    assert lock.read_bytes() == before
    assert "the lock fits the spec" in capsys.readouterr().err


def test_lock_keeps_what_aws_told_and_fails_for_the_rest(
    aws_here: Aws, bucket: FileServer, project: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arn = publish(aws_here, zip_with(a=b"x" * 1000))
    lock = project(arn, f"arn:aws:lambda:us-east-1:{fleet.ACCOUNT}:layer:powertools:4")
    assert run(["lock", "--ask-aws"]) == 3
    assert list(json.loads(lock.read_text())["externals"]) == [arn]
    assert "error[AWS008]" in capsys.readouterr().err
