"""What Terraform costs for emitted roots of three sizes: init, validate and plan; the real provider, no AWS."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from fleet import REGIONS, make_fleet
from inputs import ROOT, call
from measure import MB, Cost, median, repeat, run
from processes import Tree
from report import Measured, table

sys.path.insert(0, str(ROOT / "tests"))
from support.mirror import BINARY_VARIABLE, MIRRORS, clean_environment, find_mirror

SIZES = ((20, 30), (60, 90), (120, 180))
ROUNDS = 3
COMMANDS = {
    "init": ("init", "-input=false"),
    "validate": ("validate",),
    "plan": ("plan", "-input=false", "-lock=false", "-refresh=false"),
}
PROVIDER = f"""\
provider "aws" {{
  region                      = "{REGIONS[0]}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}}
"""


def roots() -> Measured:
    """Return the table. Nothing is claimed: it is Terraform that is measured."""
    binary = terraform()
    with tempfile.TemporaryDirectory() as home:
        mirror = find_mirror(os.environ, home=Path.home(), roots=MIRRORS)
        env = clean_environment(os.environ, home=Path(home), mirror=mirror)
        contestants = {
            (command, layers + functions): _command([binary, *words], _root(layers, functions), env)
            for layers, functions in SIZES
            for command, words in COMMANDS.items()
        }
        costs = repeat(contestants, ROUNDS, say="roots")
    rows = [[str(items), f"`{command}`", *_cells(median(found))] for (command, items), found in costs.items()]
    intro = (
        "Terraform over the root of one Region, two layers to three functions, nothing applied yet: `plan` asks AWS "
        f"nothing. Medians of {ROUNDS} rounds; memory is that of Terraform and the provider together, at its highest. "
        "Larger ones are better split."
    )
    return f"{intro}\n\n{table(['modules', 'terraform', 'CPU s', 'wall s', 'memory, MB'], rows)}", []


def terraform() -> str:
    """Return where Terraform is, or end the run."""
    binary = shutil.which(os.environ.get(BINARY_VARIABLE, "terraform"))
    if binary is None:
        sys.exit(f"Terraform is not installed: leave the part `roots` out, or name it by {BINARY_VARIABLE}")
    return binary


def _cells(cost: Cost) -> list[str]:
    return [f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.peak / MB:,.0f}"]


def _root(layers: int, functions: int) -> Path:
    """Emit the modules and roots of a fleet, and return the first root."""
    fleet = make_fleet(f"roots-{layers + functions}", layers, functions)
    call(Path(sys.executable).with_name("layerforge"), "gen", "--quiet", cwd=fleet.folder)
    root = fleet.folder / "roots" / REGIONS[0]
    (root / "providers.tf").write_text(PROVIDER, encoding="utf-8")
    return root


def _command(argv: list[str], root: Path, env: dict[str, str]) -> Callable[[], Cost]:
    def once() -> Cost:
        if "init" in argv:
            shutil.rmtree(root / ".terraform", ignore_errors=True)
            (root / ".terraform.lock.hcl").unlink(missing_ok=True)
        with Tree() as tree:
            cost = run(argv, cwd=root, env=env)
        return Cost(cpu=cost.cpu, wall=cost.wall, peak=tree.peak)

    return once
