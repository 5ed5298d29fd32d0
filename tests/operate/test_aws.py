"""The way to AWS: whose settings count, how fast, what is tried again, and one Region hides no other."""

import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from layerforge import __version__
from layerforge.diagnostics import OutsideError
from layerforge.operate.aws import Access, Answers, asking, pages, refusal
from layerforge.operate.grants import left_over
from layerforge.operate.pace import StoppedError
from layerforge.operate.published import audit, list_versions
from support import fleet
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws
from support.trouble import Refusal

LIMIT = 15


def code_of(error: pytest.ExceptionInfo[OutsideError]) -> str:
    return error.value.diagnostics[0].code


def test_the_region_of_the_environment_then_of_the_profile(
    aws_here: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Access().default_region() == REGION
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(OutsideError) as nowhere:
        Access().default_region()
    assert code_of(nowhere) == "AWS006"
    (tmp_path / "no-aws-config").write_text("[profile ops]\nregion = eu-north-1\n", encoding="utf-8")
    monkeypatch.setenv("AWS_PROFILE", "ops")
    assert Access().default_region() == "eu-north-1"


def test_no_credentials(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    access = Access()
    answers = access.in_regions([REGION, OTHER], lambda region: list_versions(access, region, "tools"))
    assert answers.values == {}
    assert [item.code for item in answers.diagnostics] == ["AWS001"]
    assert aws_here.log.calls == []


def test_a_profile_that_is_not_there(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(OutsideError) as error:
        Access().lambda_(REGION)
    assert code_of(error) == "AWS009"
    assert error.value.diagnostics[0].notes == ("The config profile (nobody) could not be found",)


def test_one_region_out_of_reach_hides_no_other(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    for region in (REGION, OTHER, "ap-south-1"):
        fleet.publish(aws_here, "tools", region=region)
    aws_here.trouble.unreachable.add(OTHER)
    aws_here.log.clear()
    access = Access()
    answers = access.in_regions(
        [REGION, OTHER, "ap-south-1"], lambda region: len(list_versions(access, region, "tools"))
    )
    assert answers.values == {REGION: 1, "ap-south-1": 1}
    assert list(answers.problems) == [OTHER]
    assert [item.message for item in answers.diagnostics] == [
        "AWS cannot be reached in `us-east-1`: `127.0.0.1`, the connection broke"
    ]
    assert [call.region for call in aws_here.log.calls].count(OTHER) == 2  # the user's AWS_MAX_ATTEMPTS


def test_throttling_is_waited_out(aws_here: Aws) -> None:
    fleet.publish(aws_here, "tools")
    throttle = Refusal(action="ListLayerVersions", kind="TooManyRequestsException", status=429, times=2)
    aws_here.trouble.refusals.append(throttle)
    assert len(list_versions(Access(), REGION, "tools")) == 1
    assert throttle.times == 0


def test_throttling_without_end_is_told(aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    aws_here.trouble.refusals.append(Refusal(action="ListLayerVersions", kind="TooManyRequestsException", status=429))
    with pytest.raises(OutsideError) as error:
        list_versions(Access(), REGION, "tools")
    assert error.value.diagnostics[0].message == (
        "AWS still throttles `lambda:ListLayerVersions` in `eu-west-1` after 2 tries"
    )


def test_more_versions_than_a_page_takes(aws_here: Aws) -> None:
    for _ in range(52):
        fleet.publish(aws_here, "tools")
    aws_here.log.clear()
    found = list_versions(Access(), REGION, "tools")
    assert [version.number for version in found] == list(range(52, 0, -1))
    assert [call.action for call in aws_here.log.calls] == ["ListLayerVersions"] * 2


def test_the_control_plane_gets_fewer_requests_a_second_than_it_takes(
    aws_here: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    for name, value in {**aws_here.environment, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(name, value)
    for number in range(10):
        fleet.publish(aws_here, f"tools-{number}")
    aws_here.log.clear()
    started = time.monotonic()
    audit(Access(), REGION, left_over([f"tools-{number}" for number in range(10)]))
    assert len(aws_here.log.calls) == 20
    assert time.monotonic() - started > 19 / LIMIT


def test_who_asks_is_in_the_user_agent(aws_here: Aws) -> None:
    assert f"layerforge/{__version__}" in Access().lambda_(REGION).meta.config.user_agent


def test_a_client_is_made_once_a_region(aws_here: Aws) -> None:
    access = Access()
    assert access.lambda_(REGION) is access.lambda_(REGION)
    assert access.lambda_(REGION) is not access.lambda_(OTHER)
    assert access.s3(REGION).meta.region_name == REGION
    assert access.ssm(OTHER).meta.region_name == OTHER


def test_after_a_stop_nothing_is_sent(aws_here: Aws) -> None:
    access = Access()
    client = access.lambda_(REGION)
    access.stop()
    with pytest.raises(StoppedError):
        client.list_layers()
    assert aws_here.log.calls == []


def test_ctrl_c_stops_what_other_threads_send(aws_here: Aws) -> None:
    stopped = threading.Event()

    class Told(Access):
        def stop(self) -> None:
            super().stop()
            stopped.set()

    access = Told()
    access.lambda_(REGION)

    def work(number: int) -> None:
        if number == 0:
            raise KeyboardInterrupt
        assert stopped.wait(20)
        access.lambda_(REGION).list_layers()

    with pytest.raises(KeyboardInterrupt):
        access.each(range(4), work, at_a_time=4)
    assert aws_here.log.calls == []


def test_items_come_back_in_their_order(aws_here: Aws) -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number

    assert Access().each(range(5), slow_first) == [0, 1, 2, 3, 4]


def test_pages_of_nothing(aws_here: Aws) -> None:
    with asking(REGION):
        assert list(pages(Access().lambda_(REGION), "list_layers", "Layers")) == []


def test_aws_own_code_of_a_refusal(aws_here: Aws) -> None:
    client = Access().lambda_(REGION)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as error:
        client.get_function(FunctionName="nobody")
    assert refusal(error.value) == "ResourceNotFoundException"
    assert refusal(ValueError("no answer of AWS's")) == ""


def test_the_same_problem_in_many_regions_is_said_once(aws_here: Aws) -> None:
    answers: Answers[int] = Access().in_regions([REGION, OTHER], lambda _region: fail())
    assert len(answers.problems) == 2
    assert len(answers.diagnostics) == 1


def fail() -> int:
    with asking(None, "lambda"):
        raise NoCredentialsError
