"""Skipped checks: a layer's own, else those of the defaults; the same for functions."""

from pathlib import Path

from layerforge.plan.types import Skip
from support.specs import plan

SPEC = """\
version: 1
defaults:
  runtimes: [python3.13]
  policy: {skip: [{id: CKV_LAYER_16, reason: licences are in the wiki}]}
  functions:
    runtime: python3.13
    handler: main.handler
    policy: {skip: [{id: CKV_AWS_117, reason: needs no network}]}
layers:
  shared:
    source: {ecosystem: python, requirements: [requests]}
  public:
    source: {ecosystem: python, requirements: [requests]}
    policy: {skip: [{id: CKV_LAYER_1, reason: open source}, {id: CKV2_AWS_34, reason: an ARN}]}
  checked:
    source: {ecosystem: python, requirements: [requests]}
    policy: {skip: []}
functions:
  own:
    code: src/own
    policy: {skip: [{id: CKV_AWS_50, reason: no tracing}]}
  plain:
    code: src/plain
"""


def test_a_list_of_ones_own_replaces_the_default(tmp_path: Path) -> None:
    for name in ("own", "plain"):
        (tmp_path / "src" / name).mkdir(parents=True)
    made = plan(tmp_path, SPEC)
    assert {layer.name: layer.skips for layer in made.layers} == {
        "shared": (Skip(id="CKV_LAYER_16", reason="licences are in the wiki"),),
        "public": (Skip(id="CKV_LAYER_1", reason="open source"), Skip(id="CKV2_AWS_34", reason="an ARN")),
        "checked": (),
    }
    assert {function.name: function.skips for function in made.functions} == {
        "own": (Skip(id="CKV_AWS_50", reason="no tracing"),),
        "plain": (Skip(id="CKV_AWS_117", reason="needs no network"),),
    }
