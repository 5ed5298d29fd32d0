"""Real git repositories for tests, with no configuration but their own."""

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from layerforge.diagnostics import Location
from layerforge.plan.function_types import Function
from layerforge.plan.types import CodeSource, Exclude, Include, Layer, PythonSource
from support import plans

GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkout:
    """A folder, and what tests do in it."""

    path: Path

    def git(self, *words: str) -> str:
        """Run git in the folder and return what it printed."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        argv = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words]
        environment = {**inherited, **GIT_ENVIRONMENT}
        done = subprocess.run(argv, cwd=self.path, env=environment, capture_output=True, check=False, text=True)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def write(self, files: dict[str, str | bytes]) -> None:
        """Write files, with their folders."""
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: dict[str, str | bytes] | None = None) -> "Checkout":
        """Write files and commit everything."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self

    def clone(self, to: Path, *options: str) -> "Checkout":
        """Clone into another folder; options such as ``--config=core.autocrlf=true``."""
        self.git("clone", "--quiet", *options, str(self.path), str(to))
        return Checkout(path=to)


def repository(path: Path) -> Checkout:
    """Make a new repository."""
    path.mkdir(parents=True, exist_ok=True)
    made = Checkout(path=path)
    made.git("init", "--quiet")
    return made


def layer_of(
    folder: Path, *includes: str | tuple[str, str], name: str = "utils", executable: tuple[str, ...] = ()
) -> Layer:
    """Return a layer of own code, whose spec is ``layers.yaml`` in the folder."""
    made = []
    for number, item in enumerate(includes):
        path, to = item if isinstance(item, tuple) else (item, item.rsplit("/", 1)[-1])
        made.append(Include(path=path, to=to, where=place(number)))
    source = plans.source(requirements=(), executable=executable)
    content = PythonSource(
        requirements=source.requirements, include=tuple(made), exclude=(), prefer=(), executable=executable
    )
    return plans.layer(name, spec=folder / "layers.yaml", content=content)


def function_of(
    folder: Path,
    code: str = "src",
    name: str = "processor",
    *,
    exclude: tuple[str, ...] = (),
    executable: tuple[str, ...] = (),
) -> Function:
    """Return a function with a folder of code, whose spec is ``layers.yaml`` in the folder."""
    made = plans.function(name, code=code, spec=folder / "layers.yaml")
    where = Location(file="layers.yaml", line=7, column=11, path=f"functions.{name}.code")
    source = CodeSource(
        include=(Include(path=code, to=".", where=where),),
        exclude=tuple(Exclude(glob=glob, where=where) for glob in exclude),
        executable=executable,
    )
    return replace(made, source=source)


def place(number: int = 0) -> Location:
    """Return the place of the n-th include of a spec."""
    return Location(file="layers.yaml", line=7 + number, column=9, path=f"layers.utils.source.include[{number}]")
