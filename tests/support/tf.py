"""The real Terraform with the real AWS provider, for tests: found, started once a session, copied into each folder."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from layerforge.diagnostics import OutsideError
from layerforge.process import Finished, run
from support.mirror import BINARY_VARIABLE, MIRROR_VARIABLE, MIRRORS, clean_environment, find_mirror
from support.provider import ATTACHED, Providers, sharing

PROVIDER: Final = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.100.0, < 7.0.0" }
  }
}
"""
_MODULE: Final = re.compile(r'^\s*module\s+"', re.MULTILINE)
_OLDEST: Final = (1, 9)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terraform:
    """Terraform in a clean environment, and a folder that it has been initialised in.

    Attributes:
        binary: the program.
        env: its whole environment.
        initialised: a folder with ``.terraform`` and the lock file, to be copied instead of running ``init`` again.
        providers: the processes that commands share; without them, each starts its own.
    """

    binary: str
    env: Mapping[str, str]
    initialised: Path = field(default_factory=Path)
    providers: Providers | None = None

    def run(self, folder: Path, *argv: str, ok: Sequence[int] = (0,), env: Mapping[str, str] | None = None) -> Finished:
        """Run one command in ``folder`` and return what it printed; ``env`` adds to the environment."""
        words, whole = (self.binary, *argv), {**self.env, **(env or {})}
        if self.providers is not None and argv[0] in ATTACHED:
            whole = self.providers.attached(folder, whole)
        return run(words, cwd=folder, env=whole, timeout=300, ok=ok)

    @property
    def unshared(self) -> "Terraform":
        """The same, with provider processes of Terraform's own: for a root with several providers."""
        return replace(self, providers=None)

    def json(self, folder: Path, *argv: str, ok: Sequence[int] = (0, 1)) -> dict[str, Any]:
        """Run a command that prints one JSON document, such as ``validate``."""
        document: dict[str, Any] = json.loads(self.run(folder, *argv, "-json", ok=ok).stdout)
        return document

    def events(self, folder: Path, *argv: str, ok: Sequence[int] = (0, 1)) -> tuple[dict[str, Any], ...]:
        """Run a command that prints one JSON object a line, such as ``test``, ``plan`` and ``apply``."""
        return tuple(json.loads(line) for line in self.run(folder, *argv, "-json", ok=ok).stdout.splitlines())

    def copy(self, module: Path, to: Path) -> Path:
        """Copy a module (or root) to ``to`` and make it ready; the original stays as it is."""
        shutil.copytree(module, to, ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl"))
        return self.prepare(to)

    def prepare(self, folder: Path) -> Path:
        """Make ``folder`` ready as ``init`` would, for the price of a few links, and return it."""
        source = self.initialised / ".terraform" / "providers"
        for package in sorted(source.glob("*/*/*/*/*")):
            link = folder / ".terraform" / "providers" / package.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(package.resolve())
        shutil.copyfile(self.initialised / ".terraform.lock.hcl", folder / ".terraform.lock.hcl")
        if any(_MODULE.search(path.read_text(encoding="utf-8")) for path in folder.glob("*.tf")):
            self.run(folder, "get")
        return folder


def missing(reason: str) -> None:
    """Skip the test for want of a tool; fail where ``CI`` is set, so that nothing goes untested there unseen."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (and CI is set)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """Terraform with the AWS provider at hand; ``init`` runs once a session."""
    binary = os.environ.get(BINARY_VARIABLE, "terraform")
    if shutil.which(binary) is None:
        missing(f"`{binary}` is not installed; {BINARY_VARIABLE} names another program")
    home = tmp_path_factory.mktemp("terraform-home")
    mirror = find_mirror(os.environ, home=Path.home(), roots=MIRRORS)
    tool = Terraform(binary=binary, env=clean_environment(os.environ, home=home, mirror=mirror))
    version = tool.json(home, "version")["terraform_version"]
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        missing(f"`{binary}` is {version}, the modules need 1.9 or newer")
    initialised = tmp_path_factory.mktemp("terraform-initialised")
    (initialised / "versions.tf").write_text(PROVIDER)
    try:
        tool.run(initialised, "init", "-no-color")
    except OutsideError as error:
        where = f"the mirror {mirror}" if mirror else "the registry"
        missing(f"{where} does not give the AWS provider ({MIRROR_VARIABLE} names a mirror): {error}")
    with sharing(initialised / ".terraform" / "providers") as providers:
        yield replace(tool, initialised=initialised, providers=providers)
