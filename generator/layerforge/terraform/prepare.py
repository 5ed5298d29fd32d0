"""Copies of modules to work on, and one ``init`` for all of them."""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.terraform.messages import from_events
from layerforge.terraform.wrapper import Root

LOCK: Final = ".terraform.lock.hcl"
_CALLS_MODULES: Final = re.compile(r"^\s*module\b", re.MULTILINE)
_LEFT_OUT: Final = (".terraform", LOCK, "artifacts", "terraform.tfstate", "terraform.tfstate.backup")
"""What ``init`` and ``apply`` leave, and the ZIPs: modules are to be right without them."""

_UNOBTAINABLE: Final = ("Failed to query available provider packages", "Failed to install provider")


def copy_module(module: Path, to: Path) -> Path:
    """Copy a module's own files, so that what Terraform writes does not land in it."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(folder) == module and name in _LEFT_OUT}

    shutil.copytree(module, to, ignore=left_out)
    return to


def initialise_together(copies: Sequence[Path], folder: Path, start: Callable[[Path], Root]) -> bool:
    """Run ``init`` once for all modules in ``folder``, and give each copy its fruit.

    Returns:
        Whether that worked; if not, each module has to be asked by itself, to say which one it is.
    """
    folder.mkdir()
    calls = [f'module "m{number}" {{\n  source = "../{copy.name}"\n}}\n' for number, copy in enumerate(copies)]
    (folder / "main.tf").write_text("\n".join(calls), encoding="utf-8")
    events = start(folder).initialise()
    if any(item.severity is Severity.ERROR for item in from_events(events, code="TF003", shown=folder)):
        return False
    for copy in copies:
        _share(folder, copy)
    return True


def _share(initialised: Path, copy: Path) -> None:
    providers = initialised / ".terraform" / "providers"
    for package in sorted(providers.glob("*/*/*/*/*")):
        link = copy / ".terraform" / "providers" / package.relative_to(providers)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(package.resolve())
    if (initialised / LOCK).exists():
        shutil.copyfile(initialised / LOCK, copy / LOCK)


def initialise(root: Root, copy: Path, shown: Path) -> tuple[Diagnostic, ...]:
    """Run ``init`` for one module if it still needs it, and return what is wrong with the module.

    Raises:
        OutsideError: ``TF003`` a provider cannot be had, which no other module would mend.
    """
    if (copy / ".terraform" / "providers").is_dir() and not _calls_modules(copy):
        return ()
    events = root.initialise()
    found = from_events(events, code="TF012", shown=shown)
    errors = tuple(item for item in found if item.severity is Severity.ERROR)
    unobtainable = next((item for item in errors if item.message in _UNOBTAINABLE), None)
    if unobtainable is not None:
        raise OutsideError(
            Diagnostic(
                code="TF003",
                message="Terraform cannot obtain a provider that the modules need",
                notes=unobtainable.notes,
                hint="let it reach the registry, or name a folder with a filesystem mirror in LAYERFORGE_TF_MIRROR",
            )
        )
    return errors


def _calls_modules(copy: Path) -> bool:
    files = (*copy.glob("*.tf"), *files_with_tests(copy))
    return any(_CALLS_MODULES.search(path.read_text(encoding="utf-8", errors="replace")) for path in files)


def files_with_tests(module: Path) -> tuple[Path, ...]:
    """Return the files that ``terraform test`` runs."""
    return tuple(sorted((*module.glob("*.tftest.hcl"), *module.glob("tests/*.tftest.hcl"))))
