"""`layerforge push`: only the lock's ZIPs, only where nothing is, and on from where it was interrupted."""

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layerforge.cli.main import run
from layerforge.diagnostics import FindingsError
from layerforge.operate import push as module
from layerforge.operate.aws import Access
from layerforge.operate.objects import MIB, Done, Outcome, Parcel, handle
from layerforge.operate.pace import StoppedError
from layerforge.operate.parts import Slice, send_in_parts
from layerforge.operate.push import push
from support.buckets import EU, US, make_bucket, objects, parcel, write_project
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws
from support.trouble import Refusal

Command = Callable[..., tuple[int, str, str]]
PART = 5 * MIB
BIG = bytes(range(256)) * (12 * MIB // 256)


@pytest.fixture
def command(
    aws_here: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command in a project that has been generated, with a bucket in each Region."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    make_bucket(aws_here, EU)
    make_bucket(aws_here, US, OTHER)
    assert run(["gen"]) == 0
    capsys.readouterr()

    def call(*argv: str) -> tuple[int, str, str]:
        aws_here.log.clear()
        code = run(["push", *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def bucket(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The stand-in with one bucket, and no waiting."""
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    make_bucket(aws_here, EU)
    return aws_here


def said(outcome: Outcome) -> list[str]:
    return [f"{item.code}: {item.message} | {item.hint}" for item in outcome.problems]


def one(item: Parcel, *, part: int = PART, abort: bool = False) -> Outcome:
    return push(Access(), [item], part=part, abort=abort)[0]


def built(name: str, unit: str) -> tuple[str, bytes]:
    content = Path(f"modules/{name}/artifacts/{unit}.zip").read_bytes()
    return f"layers/{name}/{unit}/{hashlib.sha256(content).hexdigest()}.zip", content


def test_what_is_pushed_goes_to_the_bucket_of_each_region_once(command: Command, aws_here: Aws) -> None:
    wanted = dict([built("pushed", "all"), built("job", "code")])
    code, out, err = command()
    assert (code, err) == (0, "4 sent, 0 there already\n")
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["REGION", "UNIT", "WHAT"],
        [REGION, "pushed/all", "sent"],
        [REGION, "job/code", "sent"],
        [OTHER, "pushed/all", "sent"],
        [OTHER, "job/code", "sent"],
    ]
    assert objects(aws_here, EU) == wanted
    assert objects(aws_here, US, OTHER) == wanted
    assert command() == (0, "", "0 sent, 4 there already\n")
    assert aws_here.log.writes() == []


def test_the_key_is_the_one_that_the_emitted_module_looks_for(command: Command) -> None:
    text = Path("modules/pushed/main.tf").read_text(encoding="utf-8")
    assert '"${var.artifact_prefix}/pushed/all/${local.artifacts["all"].sha256}.zip"' in text
    assert built("pushed", "all")[1]
    assert command("pushed", "--prefix", "team/layers", "--json")[0] == 0


def test_names_and_all_push_other_ways_of_delivery_too(command: Command, aws_here: Aws) -> None:
    code, out, _ = command("direct", "--region", REGION, "--prefix", "team/x", "--json")
    assert code == 0
    key, content = built("direct", "all")
    key = f"team/x{key.removeprefix('layers')}"
    assert json.loads(out)["result"] == {
        "objects": [
            {
                "region": REGION,
                "name": "direct",
                "unit": "all",
                "bucket": EU,
                "key": key,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "outcome": "sent",
            }
        ]
    }
    assert objects(aws_here, EU) == {key: content}
    assert command("--all")[2] == "6 sent, 0 there already\n"


def test_a_zip_that_is_not_the_locks_is_never_sent(command: Command, aws_here: Aws) -> None:
    path = Path("modules/pushed/artifacts/all.zip")
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(b"other")
    Path("modules/job/artifacts/code.zip").unlink()
    assert command() == (
        1,
        "",
        (
            "error[PUSH004]: `modules/pushed/artifacts/all.zip` has sha256 "
            f"`{hashlib.sha256(b'other').hexdigest()}`, the "
            f"lock says `{right}`\n"
            "\n"
            "hint: nothing was sent; `layerforge build pushed` makes the right one\n"
            "\n"
            "error[PUSH003]: there is no `modules/job/artifacts/code.zip`\n"
            "\n"
            "hint: `layerforge build job` makes it\n"
            "\n"
            "2 errors\n"
        ),
    )
    assert aws_here.log.calls == []


def test_no_bucket_is_named(command: Command, aws_here: Aws) -> None:
    text = Path("layers.yaml").read_text(encoding="utf-8")
    Path("layers.yaml").write_text(text.replace("us-east-1: {bucket: artifacts-us}", "us-east-1: {}"), encoding="utf-8")
    code, _, err = command()
    assert (code, err) == (
        2,
        (
            "error[PUSH001]: no bucket is named for `us-east-1`\n"
            "\n"
            "hint: write `regions: {us-east-1: {bucket: NAME}}` in the spec, or give `--bucket NAME`\n"
            "\n"
            "1 error\n"
        ),
    )
    assert aws_here.log.calls == []


def test_no_region_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path("layers.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("regions:")
    Path("layers.yaml").write_text(f"{head}layers:{rest.partition('layers:')[2]}", encoding="utf-8")
    monkeypatch.delenv("AWS_REGION")
    code, _, err = command("--bucket", EU)
    assert (code, err.splitlines()[0]) == (3, "error[AWS006]: no AWS Region is named")
    monkeypatch.setenv("AWS_REGION", REGION)
    assert command("--bucket", EU)[2] == "2 sent, 0 there already\n"


def test_paused_regions_and_nothing_to_push(command: Command) -> None:
    text = Path("layers.yaml").read_text(encoding="utf-8")
    text = text.replace("us-east-1: {bucket: artifacts-us}", "us-east-1: paused")
    Path("layers.yaml").write_text(text, encoding="utf-8")
    assert command()[2] == (
        "note[PUSH002]: left alone, as the spec has paused it: `us-east-1`\n"
        "\n"
        "hint: `--region` looks at a paused Region all the same\n"
        "\n"
        "2 sent, 0 there already\n"
    )
    Path("layers.yaml").write_text(text.replace("via: pushed", "via: direct"), encoding="utf-8")
    assert command() == (
        0,
        "",
        (
            "note[PUSH009]: there is nothing to push\n"
            "\n"
            "hint: nothing has `via: pushed`; `--all` pushes the rest as well\n"
            "\n"
            "0 sent, 0 there already\n"
        ),
    )


def test_a_region_out_of_reach_hides_no_other(command: Command, aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws_here.trouble.unreachable.add(REGION)
    code, _, err = command()
    assert code == 3
    assert err.startswith("error[AWS004]: AWS cannot be reached in `eu-west-1`: `127.0.0.1`, ")
    assert err.endswith("2 sent, 0 there already, 2 failed\n1 error\n")
    assert len(objects(aws_here, US, OTHER)) == 2


def test_a_bucket_that_is_not_there_or_elsewhere(command: Command) -> None:
    code, _, err = command("--bucket", "nobodys", "--region", REGION)
    assert (code, err) == (
        3,
        (
            "error[PUSH005]: there is no bucket `nobodys`\n"
            "\n"
            "hint: is its name right (`bucket` of the Region in the spec, or `--bucket`), and are the "
            "credentials those "
            "of the right account? layerforge makes no buckets\n"
            "\n"
            "0 sent, 0 there already, 2 failed\n"
            "1 error\n"
        ),
    )
    code, _, err = command("--bucket", US, "--region", REGION)
    assert (code, err) == (
        3,
        (
            "error[PUSH006]: the bucket `artifacts-us` lies in `us-east-1`, not in `eu-west-1`\n"
            "\n"
            "hint: Lambda takes ZIPs only from a bucket of its own Region: give each Region a bucket of its own "
            "(`regions.eu-west-1.bucket` in the spec, or `--region eu-west-1 --bucket NAME`)\n"
            "\n"
            "0 sent, 0 there already, 2 failed\n"
            "1 error\n"
        ),
    )


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("--prefix", "/layers/", "'/layers/' is not a prefix such as layers or team/layers"),
        ("--part-size", "4", "'4' is not a number from 5 to 5120"),
        ("--bucket", "s3://mine", "'s3://mine' is not the name of a bucket, such as my-artifacts"),
        ("--region", "", "'' is not the name of a Region, such as eu-west-1"),
    ],
)
def test_arguments_that_cannot_be(argument: str, value: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["push", argument, value, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["message"] == f"argument {argument}: {said}"


def test_access_denied(bucket: Aws, tmp_path: Path) -> None:
    bucket.trouble.refusals.append(Refusal(action="PutObject", kind="AccessDenied", status=403, message="no"))
    found = one(parcel(tmp_path, b"some"))
    assert said(found) == [
        (
            "AWS003: the credentials lack `s3:PutObject` in `eu-west-1` | allow `s3:PutObject` in the identity's "
            "policy; a "
            "permissions boundary or a policy of the organization may deny it too"
        )
    ]
    assert found.exit_code == 3
    bucket.trouble.refusals.append(Refusal(action="HeadBucket", kind="AccessDenied", status=403))
    bucket.trouble.refusals.append(Refusal(action="HeadObject", kind="AccessDenied", status=403))
    item = parcel(tmp_path, b"some")
    assert said(one(item)) == [
        (
            f"PUSH010: S3 does not tell whether `{item.url}` is there (HTTP 403) | allow `s3:GetObject` on the "
            "objects and "
            "`s3:ListBucket` on the bucket: without the second, S3 answers so for every object that is not there"
        )
    ]


def test_one_refusal_hides_no_other_zip(bucket: Aws, tmp_path: Path) -> None:
    items = [parcel(tmp_path, name.encode(), name) for name in ("a", "b", "c")]
    bucket.client("s3").put_object(Bucket=EU, Key=items[1].key, Body=b"x")
    assert [found.done for found in push(Access(), items)] == [Done.SENT, None, Done.SENT]


@pytest.mark.parametrize("wrong", [b"same", b"of another size"])
def test_a_wrong_object_is_told_and_left(bucket: Aws, tmp_path: Path, wrong: bytes) -> None:
    item = parcel(tmp_path, b"some")
    bucket.client("s3").put_object(Bucket=EU, Key=item.key, Body=wrong)
    what = (
        f"sha256 `{hashlib.sha256(wrong).hexdigest()}`, the lock says `{item.sha256}`"
        if len(wrong) == item.size
        else f"{len(wrong)} bytes, the lock says {item.size}"
    )
    found = one(item)
    assert found.exit_code == 1
    assert said(found) == [
        (
            f"PUSH007: `{item.url}` holds something else: {what} | nothing was replaced; find out who put it "
            "there, delete "
            f"it by hand (`aws s3api delete-object --bucket {EU} --key {item.key}`) and push again"
        )
    ]
    assert objects(bucket, EU) == {item.key: wrong}


def test_what_proves_an_object(bucket: Aws, tmp_path: Path) -> None:
    api: Any = bucket.client("s3")
    item = parcel(tmp_path, b"some")
    assert one(item).done is Done.SENT
    assert one(item).done is Done.THERE
    assert "GetObject" not in {call.action for call in bucket.log.calls}, "S3's own SHA-256 will do"
    other = parcel(tmp_path, b"more", "other")
    api.put_object(Bucket=EU, Key=other.key, Body=b"more")
    assert one(other).done is Done.THERE
    assert "GetObject" in {call.action for call in bucket.log.calls}, "without one the object is read"


def test_large_zips_go_in_parts_and_are_proven_by_them(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, BIG)
    assert one(item).done is Done.SENT
    assert objects(bucket, EU) == {item.key: BIG}
    assert [call.action for call in bucket.log.calls].count("UploadPart") == 3
    bucket.log.clear()
    assert one(item, part=64 * MIB).done is Done.THERE, "as other programs cut it"
    assert [call.action for call in bucket.log.calls] == ["HeadBucket", "HeadObject"]


def interrupted(bucket: Aws, item: Parcel, *, abort: bool = False) -> Outcome:
    bucket.trouble.refusals += [
        Refusal(action="UploadPart", times=2),  # two go through
        Refusal(action="UploadPart", kind="InternalError", status=500, times=1),
    ]
    return one(item, abort=abort)


def test_an_interrupted_upload_goes_on(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, BIG)
    broken = interrupted(bucket, item)
    assert (broken.done, [found.code for found in broken.problems]) == (None, ["AWS007"])
    assert objects(bucket, EU) == {}
    bucket.log.clear()
    assert one(item).done is Done.SENT
    sent = [call.parameters["partNumber"] for call in bucket.log.calls if call.action == "UploadPart"]
    assert [int(number) for number in sent] == [3]
    assert objects(bucket, EU) == {item.key: BIG}


def test_parts_that_are_not_equal_are_sent_again(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, BIG)
    interrupted(bucket, item)
    bucket.log.clear()
    assert one(item, part=6 * MIB).done is Done.SENT
    assert [call.action for call in bucket.log.calls].count("UploadPart") == 2
    assert objects(bucket, EU) == {item.key: BIG}


def test_who_may_not_list_uploads_begins_anew(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, BIG)
    interrupted(bucket, item)
    bucket.trouble.refusals.append(Refusal(action="ListMultipartUploads", kind="AccessDenied", status=403))
    bucket.log.clear()
    assert one(item).done is Done.SENT
    assert "CreateMultipartUpload" in bucket.log.actions()


def test_parts_are_taken_away_only_on_request(bucket: Aws, tmp_path: Path) -> None:
    item, api = parcel(tmp_path, BIG), bucket.client("s3")
    interrupted(bucket, item)
    assert len(api.list_multipart_uploads(Bucket=EU)["Uploads"]) == 1
    interrupted(bucket, item, abort=True)
    assert "Uploads" not in api.list_multipart_uploads(Bucket=EU)


@pytest.mark.parametrize("part", [PART, 64 * MIB], ids=["in parts", "whole"])
def test_two_at_once_make_one_object(bucket: Aws, tmp_path: Path, part: int) -> None:
    item = parcel(tmp_path, BIG)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: one(item, part=part), range(2)))
    assert [said(each) for each in found] == [[], []]
    done = {each.done for each in found}
    assert Done.SENT in done
    assert done <= {Done.SENT, Done.THERE}
    assert objects(bucket, EU) == {item.key: BIG}


@pytest.mark.parametrize("content", [b"some", b"evil"])
def test_somebody_was_faster(bucket: Aws, tmp_path: Path, content: bytes) -> None:
    item = parcel(tmp_path, b"some")

    def put() -> None:
        bucket.client("s3", OTHER).put_object(Bucket=EU, Key=item.key, Body=content)

    bucket.trouble.refusals.append(Refusal(action="PutObject", before=put, times=1, region=REGION))
    found = one(item)
    assert (found.done, [problem.code for problem in found.problems]) == (
        (Done.THERE, []) if content == b"some" else (None, ["PUSH007"])
    )
    assert objects(bucket, EU) == {item.key: content}


def test_somebody_who_never_ends(bucket: Aws, tmp_path: Path) -> None:
    bucket.trouble.refusals.append(Refusal(action="PutObject", kind="ConditionalRequestConflict", status=409))
    item = parcel(tmp_path, b"some")
    assert said(one(item)) == [
        (
            f"PUSH008: somebody else is putting `{item.url}` there at the same time | run the same command again "
            "when they "
            "are done"
        )
    ]


def test_bytes_that_change_on_the_way_are_refused_by_s3(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, b"some")
    change = Refusal(action="HeadObject", before=lambda: item.path.write_bytes(b"evil"), times=1)
    bucket.trouble.refusals.append(change)
    found = one(item)
    assert [problem.message for problem in found.problems] == ["AWS refused `s3:PutObject` in `eu-west-1`: `BadDigest`"]
    assert objects(bucket, EU) == {}


def test_a_zip_is_checked_before_anything_is_asked(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, b"some")
    item.path.write_bytes(b"else")
    bucket.log.clear()
    with pytest.raises(FindingsError):
        push(Access(), [item, replace(item, region=OTHER)])
    assert bucket.log.calls == []


def test_ctrl_c_ends_it_soon(bucket: Aws, tmp_path: Path) -> None:
    items = [parcel(tmp_path, str(number).encode(), f"n{number}") for number in range(20)]
    access, begun = Access(), []

    def work(item: Parcel) -> Done:
        begun.append(item)
        access.stop()
        return Done.SENT

    with pytest.raises(StoppedError):
        handle(access, items, work)
    assert len(begun) <= 4
    large = parcel(tmp_path, BIG)
    with pytest.raises(StoppedError):
        send_in_parts(access, large, PART, abort=False)
    assert "UploadPart" not in bucket.log.actions()


def test_a_slice_is_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with Slice(path, 3, 4) as part:
        assert part.readable()
        assert part.seekable()
        assert part.read() == b"3456"
        assert part.read() == b""
        assert (part.seek(-1, 2), part.read(5), part.tell()) == (3, b"6", 4)
        assert (part.seek(1), part.seek(1, 1), part.read(1)) == (1, 2, b"5")


def test_digests_are_those_of_s3(bucket: Aws, tmp_path: Path) -> None:
    item = parcel(tmp_path, b"some")
    one(item)
    head = bucket.client("s3").head_object(Bucket=EU, Key=item.key, ChecksumMode="ENABLED")
    assert base64.b64decode(head["ChecksumSHA256"]).hex() == item.sha256
