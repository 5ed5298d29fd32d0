"""Turns parsed arguments into what the steps take."""

import argparse

from layerforge.cli.pipeline import Wanted
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.lock.types import Upgrade
from layerforge.names import PackageName


def wanted(args: argparse.Namespace) -> Wanted:
    """Read ``--locked``, ``--upgrade`` and ``--upgrade-format``.

    Raises:
        SpecError: ``CLI005`` they contradict each other, ``CLI006`` a package's name is none.
    """
    names: list[str] = args.upgrade or []
    locked = bool(getattr(args, "locked", False))
    if locked and (names or args.upgrade_format):
        raise SpecError(
            Diagnostic(
                code="CLI005",
                message="`--locked` takes the lock as it is, so nothing can be upgraded with it",
                hint="leave out `--locked`, or the upgrade",
            )
        )
    packages = frozenset(package_name(name) for name in names if name)
    return Wanted(
        locked=locked,
        upgrade=Upgrade(everything="" in names, packages=packages),
        upgrade_format=args.upgrade_format,
    )


def package_name(name: str) -> PackageName:
    """Return a package's normalised name.

    Raises:
        SpecError: ``CLI006`` it is none.
    """
    from packaging.utils import InvalidName, canonicalize_name  # noqa: PLC0415

    try:
        return PackageName(canonicalize_name(name, validate=True))
    except InvalidName:
        raise SpecError(
            Diagnostic(
                code="CLI006",
                message=f"`{name}` is not a package's name",
                hint="give the bare name, such as `numpy`; versions are the spec's business",
            )
        ) from None
