"""The one line of the quickstart's README that zips the function does what the root expects."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from support.repository import ROOT, text

QUICKSTART = ROOT / "examples/quickstart"


def test_the_line_that_zips_the_handler_gives_what_the_root_names(tmp_path: Path) -> None:
    (line,) = re.findall(
        r"^mkdir -p build && python3 -m zipfile .*$", text(Path("examples/quickstart/README.md")), re.MULTILINE
    )
    shutil.copytree(QUICKSTART / "src", tmp_path / "src")
    subprocess.run(line, shell=True, cwd=tmp_path, check=True)  # noqa: S602 - the line is ours
    root = (QUICKSTART / "main.tf").read_text(encoding="utf-8")
    (name,) = re.findall(r'filename\s+= "\$\{path\.module\}/(.+?)"', root)
    (module,) = re.findall(r'handler\s+= "(\w+)\.lambda_handler"', root)
    with zipfile.ZipFile(tmp_path / name) as archive:
        assert archive.namelist() == [f"{module}.py"]
        assert archive.read(f"{module}.py") == (QUICKSTART / "src/handler/handler.py").read_bytes()


def test_the_root_takes_a_target_that_the_spec_has() -> None:
    root = (QUICKSTART / "main.tf").read_text(encoding="utf-8")
    spec = (QUICKSTART / "layers.yaml").read_text(encoding="utf-8")
    ((runtime, architecture),) = re.findall(r'shared_utils\.arns\["(.+?)"\]\["(.+?)"\]', root)
    assert re.search(rf"runtimes: \[.*\b{re.escape(runtime)}\b.*\]", spec)
    assert re.search(rf"architectures: \[.*\b{architecture}\b.*\]", spec)
    assert f'runtime       = "{runtime}"' in root
    assert f'architectures = ["{architecture}"]' in root
