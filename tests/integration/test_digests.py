"""Bytes that are not the lock's: refused before they reach AWS, found if they did, and mended as the message says."""

from dataclasses import dataclass

import pytest

from layerforge.names import Delivery
from layerforge.plan.types import Layer
from support import plans
from support.estate import BUCKET, Estate, Step, open_estate, sha256_of, zip_of
from support.moto_server import Aws
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

OTHER = zip_of("not what the lock says")


def _layer(name: str, via: Delivery) -> Layer:
    return plans.layer(f"{name}-{via}", architectures=("arm64",), via=via)


FILES = (Delivery.DIRECT, Delivery.S3)
NONE_WRONG = tuple(_layer("none-then-wrong", via) for via in FILES)
GOOD_WRONG = tuple(_layer("good-then-wrong", via) for via in FILES)
GOOD_NONE = tuple(_layer("good-then-none", via) for via in FILES)
OVERWRITTEN = _layer("overwritten", Delivery.S3)
PUSHED_WRONG = _layer("wrong", Delivery.PUSHED)
PUSHED_NONE = _layer("none", Delivery.PUSHED)
LAYERS = (*NONE_WRONG, *GOOD_WRONG, *GOOD_NONE, OVERWRITTEN, PUSHED_WRONG, PUSHED_NONE)


def _address(layer: Layer) -> str:
    return f"module.{layer.name.replace('-', '_')}.aws_lambda_layer_version.python312_arm64"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a step did, and the digests of each layer's versions after it."""

    step: Step
    versions: dict[str, dict[int, str]]
    actions: list[str]

    def errors(self, about: str) -> list[str]:
        """Return the errors that mention something."""
        return [text for text in self.step.errors if about in text]


Story = dict[str, Seen]


def _look(estate: Estate, step: Step) -> Seen:
    versions = {str(layer.name): estate.versions(layer.units[0]) for layer in LAYERS}
    return Seen(step=step, versions=versions, actions=estate.aws.log.actions())


def _tell(estate: Estate) -> Story:
    seen = {}
    s3 = estate.aws.client("s3")
    overwritten = {"Bucket": BUCKET, "Key": estate.key(OVERWRITTEN.units[0])}

    estate.emit(LAYERS)
    estate.build((*GOOD_WRONG, *GOOD_NONE))
    seen["planned"] = _look(estate, estate.plan())
    estate.build((*NONE_WRONG, *GOOD_WRONG, PUSHED_WRONG), other=OTHER)
    estate.build((OVERWRITTEN,))
    for layer in GOOD_NONE:
        estate.zip_path(layer.units[0]).unlink()
    seen["applied"] = _look(estate, estate.apply(ok=(1,)))

    estate.build(LAYERS)
    s3.put_object(**overwritten, Body=OTHER)
    seen["planned without replacing"] = _look(estate, estate.plan(ok=(1,)))
    estate.plan(f"-replace={_address(PUSHED_WRONG)}", f"-replace={_address(OVERWRITTEN)}")
    seen["mended"] = _look(estate, estate.apply(ok=(1,)))

    s3.delete_object(**overwritten)
    estate.plan(f"-replace={_address(OVERWRITTEN)}")
    seen["mended too"] = _look(estate, estate.apply())
    seen["planned at last"] = _look(estate, estate.plan())
    return seen


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> Story:
    folder = tmp_path_factory.mktemp("estate")
    return _tell(open_estate(folder, terraform, aws_server))


def _digest(layer: Layer) -> str:
    return sha256_of(zip_of(str(layer.units[0])))


def _file(layer: Layer) -> str:
    return f"modules/{layer.name}/artifacts/python312-arm64.zip"


def test_a_plan_needs_neither_zips_nor_objects(story: Story) -> None:
    assert story["planned"].step.errors == []
    created = {address for action, address in story["planned"].step.changes if action == "create"}
    assert {_address(layer) for layer in LAYERS} <= created


@pytest.mark.parametrize("layer", [*NONE_WRONG, *GOOD_WRONG], ids=lambda layer: layer.name)
def test_a_zip_that_is_wrong_at_apply_is_refused_with_file_digests_and_remedy(story: Story, layer: Layer) -> None:
    errors = story["applied"].errors(_file(layer))
    assert any("has changed since the plan" in error for error in errors)
    for error in errors:
        assert f"sha256 {sha256_of(OTHER)}" in error
        assert f"the lock says {_digest(layer)}" in error
        assert error.endswith(f"Run: layerforge build {layer.name}")
    assert story["applied"].versions[layer.name] == {}


@pytest.mark.parametrize("layer", GOOD_NONE, ids=lambda layer: layer.name)
def test_a_zip_that_is_gone_at_apply_is_missed_by_name(story: Story, layer: Layer) -> None:
    (error,) = story["applied"].errors(_file(layer))
    assert error.endswith(f"open {_file(layer)}: no such file or directory")
    assert story["applied"].versions[layer.name] == {}


def test_an_object_that_was_never_pushed_is_missed(story: Story) -> None:
    (error,) = story["applied"].errors(_address(PUSHED_NONE))
    assert "NoSuchKey" in error
    assert story["applied"].versions[PUSHED_NONE.name] == {}


def test_what_is_refused_keeps_nobody_else_from_being_published(story: Story) -> None:
    assert story["applied"].versions[OVERWRITTEN.name] == {1: _digest(OVERWRITTEN)}
    assert OVERWRITTEN.name not in " ".join(story["applied"].step.errors)


@pytest.mark.parametrize(
    ("step", "layer", "version"),
    [("applied", PUSHED_WRONG, 1), ("planned without replacing", PUSHED_WRONG, 1), ("mended", OVERWRITTEN, 2)],
    ids=["pushed wrong", "pushed wrong and only pushed again", "overwritten after the upload"],
)
def test_a_wrong_object_that_was_published_is_found_until_it_is_replaced(
    story: Story, step: str, layer: Layer, version: int
) -> None:
    arn = f"arn:aws:lambda:eu-west-1:123456789012:layer:{layer.units[0].aws_name}:{version}"
    (error,) = story[step].errors(arn)
    assert f"sha256 {_digest(layer)}" in error
    assert f"s3://{BUCKET}/layers/{layer.name}/python312-arm64/{_digest(layer)}.zip" in error
    assert f"layerforge build {layer.name}" in error
    assert "terraform apply -replace='ADDRESS'" in error
    assert error.endswith("aws_lambda_layer_version.python312_arm64.")


def test_what_was_published_wrong_is_mended_as_the_message_says(story: Story) -> None:
    wrong = sha256_of(OTHER)
    assert story["mended"].versions[PUSHED_WRONG.name] == {1: wrong, 2: _digest(PUSHED_WRONG)}
    right = _digest(OVERWRITTEN)
    assert story["mended too"].versions[OVERWRITTEN.name] == {1: right, 2: wrong, 3: right}
    assert story["mended too"].actions == ["PutObject", "PublishLayerVersion", "PutParameter"]


def test_with_the_right_zips_everything_is_published_and_then_there_is_nothing_to_do(story: Story) -> None:
    mended = {layer.name: {1: _digest(layer)} for layer in (*NONE_WRONG, *GOOD_WRONG, *GOOD_NONE, PUSHED_NONE)}
    assert mended.items() <= story["mended"].versions.items()
    assert (story["planned at last"].step.status, story["planned at last"].step.changes) == (0, set())


def test_a_zip_that_is_wrong_at_plan_is_refused_there(
    tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws
) -> None:
    estate = open_estate(tmp_path_factory.mktemp("estate"), terraform, aws_server)
    layers = tuple(_layer("wrong-at-plan", via) for via in FILES)
    estate.emit(layers)
    estate.build(layers, other=OTHER)
    aws_server.log.clear()
    errors = estate.plan(ok=(1,)).errors
    assert sorted(errors) == [
        f": {_file(layer)} has sha256 {sha256_of(OTHER)}, the lock says {_digest(layer)}. "
        f"Run: layerforge build {layer.name}"
        for layer in layers
    ]
    assert aws_server.log.actions() == []
