"""Start a project: write a first layers.yaml, its schema for editors, and what git should leave out."""

import argparse
from pathlib import Path
from typing import Final

from layerforge.cli.console import Console
from layerforge.cli.options import DEFAULT_OUT, DEFAULT_SPEC, add_output
from layerforge.diagnostics import Diagnostic, ExitCode, Location, SpecError
from layerforge.files import write_atomically, write_text
from layerforge.names import LAYER_NAME

SCHEMA_FILE: Final = "layers.schema.json"
_IGNORE: Final = f"/{DEFAULT_OUT}/*/artifacts/"

_SPEC: Final = """\
# yaml-language-server: $schema={schema}
version: 1

layers:
  {name}:
    description: What the functions of this team share
    release: 0.1.0
    runtimes: [python3.12, python3.13]
    architectures: [x86_64, arm64]
    split: none # one ZIP for all of them, as long as it holds nothing native
    source:
      ecosystem: python
      requirements: [requests] # locked in layers.lock.json; or a path: requirements.txt, pyproject.toml, uv.lock
      # include: [src/shared_utils] # own code beside the packages
      # exclude: ["**/tests/**"]
    # grants:
    #   - organization: o-abc123def4 # account: "111122223333", or public, spelled out
    publish:
      via: direct # s3 above 50 MiB
      ssm: /layers/{name} # /layers/{name}/python3.12/x86_64/latest holds the newest ARN; null for none
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--name", default="shared-utils", help="the first layer's name (default: shared-utils)")
    add_output(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Write the files, none of them over one that is there."""
    from layerforge.spec.schema import schema_text  # noqa: PLC0415 - pydantic comes with it

    if not LAYER_NAME.fullmatch(args.name):
        raise SpecError(
            Diagnostic(
                code="CLI003",
                message=f"`{args.name}` cannot be a layer's name",
                hint="take letters, digits, `-` and `_`, with a letter or digit at both ends",
            )
        )
    spec = Path(DEFAULT_SPEC)
    if spec.exists():
        raise SpecError(
            Diagnostic(
                code="CLI004",
                message=f"there is a `{spec}` here already",
                location=Location(file=str(spec)),
                hint="edit it, or run `layerforge init` in another folder",
            )
        )
    written = [str(spec)]
    write_text(spec, _SPEC.format(schema=SCHEMA_FILE, name=args.name))
    if not Path(SCHEMA_FILE).exists():
        write_text(Path(SCHEMA_FILE), schema_text())
        written.append(SCHEMA_FILE)
    if _ignore(Path(".gitignore")):
        written.append(".gitignore")
    console.result = {"written": written}
    for name in written:
        console.say(f"wrote {name}")
    console.say("next: edit layers.yaml, then run `layerforge gen`")
    return ExitCode.DONE


def _ignore(path: Path) -> bool:
    """Add the built ZIPs to a .gitignore unless they are in it; return whether it was written."""
    if path.exists() and not path.is_file():
        return False  # git does not read it either
    before = path.read_bytes() if path.exists() else b""
    line = _IGNORE.encode()
    if line in before.splitlines():
        return False
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    with write_atomically(path.resolve()) as stream:
        stream.write(before + gap + line + b"\n")
    return True
