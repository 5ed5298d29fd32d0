"""A user's project in a folder of its own: a spec, an index on loopback, an empty home, and the real command."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.index import SimpleIndex, serve_index
from support.wheels import make_wheel

SPEC = """\
version: 1
layers:
  tools:
    description: What the team shares
    runtimes: [python3.12]
    architectures: [x86_64, arm64]
    source:
      ecosystem: python
      requirements: [alpha, native-thing]
      include: [src/own]
    grants:
      - organization: o-abc123def4
    publish:
      ssm: /layers/tools
  words:
    description: Pure words
    runtimes: [python3.12, python3.13]
    architectures: [x86_64, arm64]
    split: none
    source:
      ecosystem: python
      requirements: [alpha]
"""


@dataclass(kw_only=True)
class Scene:
    """One project and its surroundings.

    Attributes:
        top: the project's folder.
        wheels: what the index serves.
        index: the index.
        home: an empty home.
        env: what differs from a clean environment.
        python: the interpreter that runs layerforge.
    """

    top: Path
    wheels: Path
    index: SimpleIndex
    home: Path
    env: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable

    def environment(self) -> dict[str, str]:
        """Return the whole environment of a run: no setting of the machine's own gets in."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "CI") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "LAYERFORGE_CACHE_DIR": str(self.home / "cache"),
            "UV_CACHE_DIR": str(self.home / "uv"),
            "UV_DEFAULT_INDEX": self.index.url,
            "NO_PROXY": "127.0.0.1",
            "PYTHONWARNINGS": "error",
            **self.env,
        }

    def run(
        self, *argv: str, code: int | None = 0, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``layerforge`` and return what it said; ``code`` is the exit code that it must give, if not None."""
        done = subprocess.run(
            [self.python, "-m", "layerforge", *argv],
            cwd=cwd or self.top,
            env={**self.environment(), **env},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if code is not None and done.returncode != code:
            raise AssertionError(f"{argv} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *argv: str, code: int = 0) -> dict[str, Any]:
        """Run with ``--json`` and return the object."""
        data: dict[str, Any] = json.loads(self.run(*argv, "--json", code=code).stdout)
        return data

    def spec(self, text: str) -> None:
        """Write the spec."""
        (self.top / "layers.yaml").write_text(text, encoding="utf-8")

    def lock(self) -> dict[str, Any]:
        """Read the lock."""
        data: dict[str, Any] = json.loads((self.top / "layers.lock.json").read_text(encoding="utf-8"))
        return data

    def digests(self) -> dict[str, str]:
        """Return the sha256 of every ZIP by ``<layer>/<unit>``."""
        zips = sorted(self.top.glob("modules/*/artifacts/*.zip"))
        return {f"{path.parts[-3]}/{path.stem}": hashlib.sha256(path.read_bytes()).hexdigest() for path in zips}

    def tree(self) -> dict[str, bytes]:
        """Return every file of the project."""
        return {
            path.relative_to(self.top).as_posix(): path.read_bytes()
            for path in sorted(self.top.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }


def fill_index(folder: Path) -> None:
    """Write the wheels that the spec asks for: pure ones, native ones for two machines, a dependency."""
    make_wheel(folder, "alpha", "1.0", requires=["beta>=1"], scripts={"alpha-run": b"#!python\nprint(1)\n"})
    make_wheel(folder, "beta", "1.1", files={"beta/__init__.py": b"B = 1\n", "beta/data.json": b"{}\n" * 400})
    for machine in ("x86_64", "aarch64"):
        make_wheel(
            folder,
            "native-thing",
            "2.0",
            files={"native_thing/__init__.py": b"", "native_thing/_c.txt": machine.encode()},
            tag=f"cp312-cp312-manylinux_2_28_{machine}",
        )


OWN: Mapping[str, str] = {
    "src/own/__init__.py": "from own.log import log\n",
    "src/own/log.py": "def log(text: str) -> None:\n    print(text)\n",
    "src/own/run.sh": "#!/bin/sh\necho own\n",
}


@contextmanager
def make_scene(folder: Path, *, spec: str = SPEC) -> Iterator[Scene]:
    """Set up a project with own code, in a folder that is no git repository."""
    top, wheels, home = (folder / name for name in ("project", "wheels", "home"))
    for each in (top, wheels, home):
        each.mkdir(parents=True)
    fill_index(wheels)
    for name, text in OWN.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with serve_index(wheels) as index:
        scene = Scene(top=top, wheels=wheels, index=index, home=home)
        scene.spec(spec)
        yield scene
