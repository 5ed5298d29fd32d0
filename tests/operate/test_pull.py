"""`layerforge pull`: what comes is what the lock says, or does not take its place."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody

from layerforge.cli.main import run
from layerforge.operate.aws import Access
from layerforge.operate.objects import MIB, Done, Outcome, Parcel
from layerforge.operate.pace import StoppedError
from layerforge.operate.pull import pull
from support.buckets import EU, US, make_bucket, parcel, write_project
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws
from support.trouble import Refusal

Command = Callable[..., tuple[int, str, str]]
ZIPS = ("modules/direct/artifacts/all.zip", "modules/pushed/artifacts/all.zip", "modules/job/artifacts/code.zip")


@pytest.fixture
def command(
    aws_here: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command in a project whose ZIPs are in both buckets and not here."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    make_bucket(aws_here, EU)
    make_bucket(aws_here, US, OTHER)
    assert run(["gen"]) == 0
    assert run(["push", "--all"]) == 0
    capsys.readouterr()

    def call(*argv: str) -> tuple[int, str, str]:
        aws_here.log.clear()
        code = run(["pull", *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def bucket(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The stand-in with one bucket."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    make_bucket(aws_here, EU)
    return aws_here


def put(aws: Aws, item: Parcel, content: bytes) -> None:
    aws.client("s3").put_object(Bucket=EU, Key=item.key, Body=content)


def one(item: Parcel) -> Outcome:
    return pull(Access(), [item])[0]


def said(outcome: Outcome) -> list[str]:
    return [f"{item.code}: {item.message} | {item.hint}" for item in outcome.problems]


def take_away() -> dict[str, bytes]:
    held = {name: Path(name).read_bytes() for name in ZIPS}
    for name in ZIPS:
        Path(name).unlink()
    return held


def test_everything_comes_back_from_the_first_region(command: Command, aws_here: Aws) -> None:
    held = take_away()
    code, out, err = command()
    assert (code, err) == (0, "3 brought, 0 there already\n")
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        [REGION, name, "brought"] for name in ("direct/all", "pushed/all", "job/code")
    ]
    assert {name: Path(name).read_bytes() for name in ZIPS} == held
    assert {call.region for call in aws_here.log.calls} == {REGION}
    assert command() == (0, "", "0 brought, 3 there already\n")
    assert aws_here.log.calls == []


def test_another_region_a_name_and_json(command: Command, aws_here: Aws) -> None:
    held = take_away()
    aws_here.trouble.unreachable.add(REGION)
    code, out, _ = command("job", "--region", OTHER, "--json")
    assert code == 0
    (found,) = json.loads(out)["result"]["objects"]
    assert (found["region"], found["bucket"], found["name"], found["outcome"]) == (OTHER, US, "job", "brought")
    assert [name for name in ZIPS if Path(name).exists()] == [ZIPS[2]]
    assert Path(ZIPS[2]).read_bytes() == held[ZIPS[2]]


def test_a_wrong_zip_here_is_replaced(command: Command) -> None:
    right = Path(ZIPS[0]).read_bytes()
    Path(ZIPS[0]).write_bytes(b"wrong")
    assert command()[2] == "1 brought, 2 there already\n"
    assert Path(ZIPS[0]).read_bytes() == right


def test_no_bucket_and_a_paused_region(command: Command) -> None:
    text = Path("layers.yaml").read_text(encoding="utf-8").replace("{bucket: artifacts-eu}", "{}")
    Path("layers.yaml").write_text(text.replace("{bucket: artifacts-us}", "paused"), encoding="utf-8")
    assert command() == (
        2,
        "",
        (
            "note[PULL002]: left alone, as the spec has paused it: `us-east-1`\n"
            "\n"
            "hint: `--region` looks at a paused Region all the same\n"
            "\n"
            "error[PULL001]: no bucket is named for `eu-west-1`\n"
            "\n"
            "hint: write `regions: {eu-west-1: {bucket: NAME}}` in the spec, or give `--bucket NAME`\n"
            "\n"
            "1 error, 1 note\n"
        ),
    )


def test_the_first_region_with_a_bucket_will_do(command: Command, aws_here: Aws) -> None:
    text = Path("layers.yaml").read_text(encoding="utf-8").replace("{bucket: artifacts-eu}", "{}")
    Path("layers.yaml").write_text(text, encoding="utf-8")
    take_away()
    assert command()[2] == "3 brought, 0 there already\n"
    assert {call.region for call in aws_here.log.calls} == {OTHER}


def test_a_bucket_that_is_not_there(bucket: Aws, tmp_path: Path) -> None:
    bucket.client("s3").delete_bucket(Bucket=EU)
    assert said(one(parcel(tmp_path, b"some", write=False))) == [
        (
            f"PULL003: there is no bucket `{EU}` | is its name right (`bucket` of the Region in the spec, or "
            "`--bucket`), "
            "and are the credentials those of the right account? layerforge makes no buckets"
        )
    ]


def test_an_object_that_is_not_there_hides_no_other(bucket: Aws, tmp_path: Path) -> None:
    items = [parcel(tmp_path, name.encode(), name, write=False) for name in ("a", "b")]
    put(bucket, items[1], b"b")
    missing, there = pull(Access(), items)
    assert (missing.exit_code, said(missing)) == (
        1,
        [
            (
                f"PULL004: `{items[0].url}` is not there | `layerforge push a` puts it there; `layerforge build a` "
                "makes "
                "the same ZIP here"
            )
        ],
    )
    assert there.done is Done.BROUGHT
    assert [path.name for path in tmp_path.iterdir()] == ["b"], "not even a folder for what is not there"


@pytest.mark.parametrize("wrong", [b"evil", b"", b"much longer than it should be"])
def test_wrong_content_never_takes_its_place(bucket: Aws, tmp_path: Path, wrong: bytes) -> None:
    item = parcel(tmp_path, b"some")
    item.path.write_bytes(b"as it was")
    put(bucket, item, wrong)
    assert said(one(item)) == [
        (
            f"PULL005: `{item.url}` has sha256 `{hashlib.sha256(wrong).hexdigest()}`, the lock says `{item.sha256}` | "
            "`big/all.zip` is as it was; find out who put that object there, delete it by hand (`aws s3api "
            "delete-object "
            f"--bucket {EU} --key {item.key}`) and push the right one"
        )
    ]
    assert item.path.read_bytes() == b"as it was"
    assert [path.name for path in item.path.parent.iterdir()] == ["all.zip"]


def test_access_denied(bucket: Aws, tmp_path: Path) -> None:
    bucket.trouble.refusals.append(Refusal(action="GetObject", kind="AccessDenied", status=403, message="no"))
    assert said(one(parcel(tmp_path, b"some", write=False))) == [
        (
            "AWS003: the credentials lack `s3:GetObject` in `eu-west-1` | allow `s3:GetObject` in the identity's "
            "policy; a "
            "permissions boundary or a policy of the organization may deny it too"
        )
    ]


class Breaking:
    """Lets a body's connection break after its first MiB, some times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, *, after: bool) -> None:
        original = StreamingBody.iter_chunks

        def iter_chunks(body: StreamingBody, size: int) -> Iterator[bytes]:
            if times <= self.broken:
                yield from original(body, size)
                return
            self.broken += 1
            if after:
                yield next(original(body, size))
            raise ReadTimeoutError(endpoint_url="https://example.com")

        self.broken = 0
        monkeypatch.setattr(StreamingBody, "iter_chunks", iter_chunks)


def test_a_connection_that_breaks_is_taken_up_where_it_was(
    bucket: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * (8 * MIB // 256)
    item = parcel(tmp_path, content, write=False)
    put(bucket, item, content)
    Breaking(monkeypatch, 6, after=True)
    bucket.log.clear()
    assert one(item).done is Done.BROUGHT
    assert item.path.read_bytes() == content
    assert [call.status for call in bucket.log.calls] == [200, *[206] * 6]


def test_ctrl_c_leaves_nothing_half(bucket: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = parcel(tmp_path, b"some", write=False)
    put(bucket, item, b"some")
    access, original = Access(), StreamingBody.iter_chunks

    def iter_chunks(body: StreamingBody, size: int) -> Iterator[bytes]:
        access.stop()
        yield from original(body, size)

    monkeypatch.setattr(StreamingBody, "iter_chunks", iter_chunks)
    with pytest.raises(StoppedError):
        pull(access, [item])
    assert not item.path.parent.exists()


def test_a_connection_that_always_breaks(bucket: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = parcel(tmp_path, b"some", write=False)
    put(bucket, item, b"some")
    breaking = Breaking(monkeypatch, 1000, after=False)
    assert said(one(item)) == [
        (
            f"PULL006: the connection to `{item.url}` broke 5 times in a row after 0 of 4 bytes | run the same command "
            "again; what was brought whole stays"
        )
    ]
    assert breaking.broken == 5
    assert not item.path.exists()


def test_an_object_that_changes_on_the_way_is_not_mixed(
    bucket: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(2 * MIB)
    item = parcel(tmp_path, content, write=False)
    put(bucket, item, content)
    Breaking(monkeypatch, 1, after=True)
    changed: Any = Refusal(action="GetObject", times=1)
    bucket.trouble.refusals += [
        changed,
        Refusal(action="GetObject", before=lambda: put(bucket, item, b"x" * 2 * MIB), times=1),
    ]
    assert [problem.code for problem in one(item).problems] == ["AWS008"]
    assert not item.path.exists()
