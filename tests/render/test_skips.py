"""Comments for checkov: in every resource, with the spec's reason."""

from layerforge.plan.types import Skip
from layerforge.render.skips import with_skips

TEXT = """\
locals {
  a = 1
}

resource "aws_lambda_layer_version" "all" {
  layer_name = "tools"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ssm_parameter" "latest" {
  # checkov:skip=CKV2_AWS_34: The ARN of a layer version is no secret.
  name = "/layers/tools"
}
"""
PUBLIC = Skip(id="CKV_LAYER_1", reason="our open-source layer")
PARAMETER = Skip(id="CKV2_AWS_34", reason="not a secret")


def test_a_comment_stands_first_in_each_resource() -> None:
    comment = "  # checkov:skip=CKV_LAYER_1: our open-source layer\n"
    expected = TEXT.replace('"all" {\n', f'"all" {{\n{comment}').replace('"latest" {\n', f'"latest" {{\n{comment}')
    assert with_skips(TEXT, [PUBLIC]) == expected


def test_several_keep_their_order() -> None:
    lines = with_skips(TEXT, [PUBLIC, PARAMETER]).splitlines()
    assert lines[5:7] == [
        "  # checkov:skip=CKV_LAYER_1: our open-source layer",
        "  # checkov:skip=CKV2_AWS_34: not a secret",
    ]


def test_what_the_template_skips_already_keeps_its_reason() -> None:
    text = with_skips(TEXT, [PARAMETER])
    assert text.count("CKV2_AWS_34") == 2
    assert "  # checkov:skip=CKV2_AWS_34: The ARN of a layer version is no secret.\n" in text


def test_nothing_to_skip_changes_nothing() -> None:
    assert with_skips(TEXT, []) == TEXT
