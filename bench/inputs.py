"""Fetches and locks what is built, once: the wheels of a set of packages, as every tool wants to have them."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import compatible_tags, cpython_tags

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "bench"
BENCH_BIN = ROOT / ".venv-bench" / "bin"
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 16, -1)] + ["manylinux2014_x86_64"]

DATA_SCIENCE = ("pandas==2.2.2", "numpy==1.26.4", "pyarrow==16.1.0")
LARGE = (
    *DATA_SCIENCE,
    "scipy==1.14.1",
    "polars==1.9.0",
    "duckdb==1.1.1",
    "scikit-learn==1.5.2",
    "opencv-python-headless==4.10.0.84",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """One set of packages, ready for every tool.

    Attributes:
        folder: holds ``wheels/``, ``pins.txt``, ``layers.yaml`` with its lock, ``pex.lock``, ``platform.json``.
        wheels: sorted.
    """

    folder: Path
    wheels: tuple[Path, ...]

    @property
    def spec(self) -> Path:
        """The spec of the one layer that is built."""
        return self.folder / "layers.yaml"

    @property
    def size(self) -> int:
        """Bytes of all wheels."""
        return sum(wheel.stat().st_size for wheel in self.wheels)


def prepare(name: str, requirements: tuple[str, ...]) -> Inputs:
    """Return the set ``name``; the network is used for what is not there yet."""
    folder = WORK / name
    done = folder / ".prepared"
    if not done.is_file() or done.read_text(encoding="utf-8") != "\n".join(requirements):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _pins(folder, requirements)
        _wheels(folder)
        _spec(folder)
        _platform(folder)
        done.write_text("\n".join(requirements), encoding="utf-8")
    return Inputs(folder=folder, wheels=tuple(sorted((folder / "wheels").glob("*.whl"))))


def pinned(folder: Path) -> list[str]:
    """Return the pins as ``name==version``."""
    return re.findall(r"^([\w.-]+==\S+)", (folder / "pins.txt").read_text(encoding="utf-8"), re.MULTILINE)


def call(*argv: str | Path, cwd: Path | None = None) -> None:
    """Run one step of the preparation."""
    words = [str(word) for word in argv]
    done = subprocess.run(words, cwd=cwd, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\nfailed with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def _pins(folder: Path, requirements: tuple[str, ...]) -> None:
    (folder / "requirements.in").write_text("\n".join(requirements), encoding="utf-8")
    call(
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate"),
        *("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28", "--only-binary", ":all:"),
        *("--no-emit-index-url", "--no-emit-find-links", "requirements.in", "--output-file", "pins.txt"),
        cwd=folder,
    )


def _wheels(folder: Path) -> None:
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    call(
        *(BENCH_BIN / "python", "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.12", *platforms),
        *("--dest", "wheels", "--requirement", "pins.txt"),
        cwd=folder,
    )


def _spec(folder: Path) -> None:
    """Write a spec with the same pins, and uv's settings, so that the lock is made of these wheels alone."""
    lines = "".join(f"\n        - {pin}" for pin in pinned(folder))
    (folder / "layers.yaml").write_text(
        f"""version: 1
layers:
  bench:
    runtimes: [python3.12]
    architectures: [x86_64]
    source:
      ecosystem: python
      requirements:{lines}
    publish:
      via: s3
""",
        encoding="utf-8",
    )
    (folder / "uv.toml").write_text('no-index = true\nfind-links = ["wheels"]\n', encoding="utf-8")


def _platform(folder: Path) -> None:
    """Write the target as pex wants it: tags and markers of Lambda's python3.12 on x86_64."""
    tags = [*cpython_tags((3, 12), ["cp312"], PLATFORMS), *compatible_tags((3, 12), "cp312", PLATFORMS)]
    markers = {
        "implementation_name": "cpython",
        "implementation_version": "3.12.0",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.12.0",
        "python_version": "3.12",
        "sys_platform": "linux",
    }
    target = {"path": None, "compatible_tags": [str(tag) for tag in tags], "marker_environment": markers}
    (folder / "platform.json").write_text(json.dumps(target), encoding="utf-8")
