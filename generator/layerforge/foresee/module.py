"""One folder of generated Terraform, read back: its resources, locals, variables and calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, TypeVar

from layerforge.foresee.hcl_text import Block, UnreadableError, read_blocks

_SUFFIX: Final = ".tf"
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """What the files of a folder say.

    Attributes:
        resources: by address, such as ``aws_ssm_parameter.latest``.
        locals: expressions by name.
        defaults: of variables, ``None`` for one that has to be given.
        calls: of modules, by label.
        provider: which versions of the AWS provider fit, as an expression.
    """

    resources: Mapping[str, Block]
    locals: Mapping[str, str]
    defaults: Mapping[str, str | None]
    calls: Mapping[str, Block]
    provider: str

    def of_type(self, kind: str) -> dict[str, Block]:
        """Return the resources of one type, by name."""
        start = f"{kind}."
        return {
            address.removeprefix(start): one for address, one in self.resources.items() if address.startswith(start)
        }


def read_module(texts: Mapping[str, str]) -> Module:
    """Return what the files of a folder say; those that are not Terraform's, or lie deeper, do not count.

    Raises:
        UnreadableError: one of them is not what the templates write.
    """
    blocks = [block for name, text in texts.items() if _counts(name) for block in read_blocks(text)]
    found: dict[str, dict[str, Block]] = {"resource": {}, "variable": {}, "module": {}, "output": {}}
    named: dict[str, str] = {}
    provider = ""
    for block in blocks:
        if block.type == "locals" and not block.labels:
            _join(named, block.attributes.items())
        elif block.type in found:
            _join(found[block.type], [(".".join(block.labels), block)])
        elif block.type == "removed":
            continue  # what somebody else looks after from now on
        elif block.type == "terraform":
            provider = _provider(block)
        else:
            raise UnreadableError
    return Module(
        resources=found["resource"],
        locals=named,
        defaults={name: block.attributes.get("default") for name, block in found["variable"].items()},
        calls=found["module"],
        provider=provider,
    )


def _counts(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix == _SUFFIX and len(path.parts) == 1


def _join(into: dict[str, V], more: Iterable[tuple[str, V]]) -> None:
    for name, value in more:
        if name in into:
            raise UnreadableError
        into[name] = value


def _provider(block: Block) -> str:
    for inner in block.blocks:
        if inner.type == "required_providers":
            return inner.attributes.get("aws", "")
    return ""


_ABOUT_FILES: Final = frozenset({"artifact_dir", "artifact_dir_at_apply", "found", "found_at_apply"})
"""Locals that say where ZIPs are looked for."""


def rest_of(
    module: Module, *, known: Mapping[str, frozenset[str]], named: frozenset[str], defaults: frozenset[str]
) -> dict[str, object]:
    """Return all of a module that could have an effect, by a name for people, but for what is looked at elsewhere.

    Args:
        module: what its files say.
        known: attributes to leave out, by the type of resource.
        named: locals to leave out.
        defaults: variables to leave out.
    """
    found: dict[str, object] = {
        address: _substance(block, known.get(address.partition(".")[0], frozenset()))
        for address, block in module.resources.items()
    }
    found |= {f"local.{name}": text for name, text in module.locals.items() if name not in named | _ABOUT_FILES}
    found |= {f"var.{name}": text for name, text in module.defaults.items() if name not in defaults}
    return found


def _substance(block: Block, known: frozenset[str] = frozenset()) -> tuple[object, ...]:
    """Return what of a block Terraform compares with AWS: no conditions, no order of work."""
    return (
        tuple(sorted((name, text) for name, text in block.attributes.items() if name not in known | _ORDER)),
        tuple(
            (inner.type, inner.labels, _substance(inner, known))
            for inner in block.blocks
            if inner.type not in _CONDITIONS
        ),
    )


_ORDER: Final = frozenset({"create_before_destroy", "depends_on"})
_CONDITIONS: Final = frozenset({"precondition", "postcondition"})
