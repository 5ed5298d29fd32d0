"""Writes projects of many layers and functions, for what is measured on large fleets."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inputs import WORK, call

REGIONS: Final = ("eu-west-1", "us-east-1")
ATTACHED: Final = 3
"""Layers of each function."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """A project on disk: ``layers`` layers of own files and ``functions`` functions of one file each."""

    folder: Path
    layers: int
    functions: int

    @property
    def items(self) -> int:
        """How many modules are emitted."""
        return self.layers + self.functions

    @property
    def one_line(self) -> Path:
        """A file of which one changed line makes one layer stale."""
        return self.folder / "src/layers/package_0000/__init__.py"


def make_fleet(name: str, layers: int, functions: int) -> Fleet:
    """Write a project anew: grants, SSM parameters, two Regions, three layers for each function."""
    fleet = Fleet(folder=WORK / name, layers=layers, functions=functions)
    shutil.rmtree(fleet.folder, ignore_errors=True)
    fleet.folder.mkdir(parents=True)
    lines = [_HEAD.format(regions="\n".join(f"  {region}: {{}}" for region in REGIONS))]
    for number in range(layers):
        _source(fleet.folder / f"src/layers/package_{number:04}/__init__.py", f'"""Layer {number}."""\n')
        lines.append(_LAYER.format(number=number))
    lines.append("functions:")
    for number in range(functions):
        _source(fleet.folder / f"src/functions/{number:04}/app.py", "def main(event, context):\n    return event\n")
        attached = ", ".join(f"layer-{(number + step) % layers:04}" for step in range(ATTACHED))
        lines.append(_FUNCTION.format(number=number, attached=attached))
    (fleet.folder / "layers.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    call("git", "init", "--quiet", cwd=fleet.folder)
    return fleet


def _source(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


_HEAD: Final = """\
version: 1
regions:
{regions}
defaults:
  runtimes: [python3.13]
  architectures: [arm64]
  functions: {{runtime: python3.13, architecture: arm64}}
layers:"""

_LAYER: Final = """\
  layer-{number:04}:
    split: none
    source: {{ecosystem: python, requirements: [], include: [src/layers/package_{number:04}]}}
    grants:
      - organization: o-abc123def4
    publish:
      ssm: /layers/layer-{number:04}"""

_FUNCTION: Final = """\
  function-{number:04}:
    handler: app.main
    code: src/functions/{number:04}
    layers: [{attached}]"""
