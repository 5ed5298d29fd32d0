"""What a layer's module does at AWS, read back from its files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.foresee.hcl_text import Block, UnreadableError
from layerforge.foresee.literals import strings, table, value_of
from layerforge.foresee.module import Module, rest_of
from layerforge.names import Delivery
from layerforge.render.signing import PROFILE

LAYER_VERSION: Final = "aws_lambda_layer_version"
_OBJECT: Final = "aws_s3_object"
_PREFIX: Final = '"${var.name_prefix}'
_WORDS: Final = {"description": "description", "license_info": "license"}
_KNOWN: Final = frozenset(
    {
        *_WORDS,
        "compatible_architectures",
        "compatible_runtimes",
        "filename",
        "ignore_changes",
        "layer_name",
        "s3_bucket",
        "s3_key",
        "source_code_hash",
    }
)
_LOCALS: Final = frozenset({"artifacts", "grants", "jobs", "layers", "targets"})
SIGNING_JOB: Final = "aws_signer_signing_job"
_HASH: Final = re.compile(
    r'(?P<signed>base64sha256\("signed:\$\{)?local\.artifacts\["(?P<key>[^"]+)"\]\.(?:source_code_hash|sha256\}"\))'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Zip:
    """What the table of artifacts says of a ZIP."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitState:
    """One layer at AWS.

    Attributes:
        key: the unit's.
        layer_name: at AWS, before the prefix.
        words: description and license, as far as there are any.
        runtimes: sorted, for AWS knows no order.
        architectures: likewise.
        zip: its content.
        signed: whether it is published from what a job has signed.
    """

    key: str
    layer_name: str
    words: Mapping[str, str]
    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]
    zip: Zip
    signed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerState:
    """One layer's module.

    Attributes:
        units: by the name of the resource.
        via: how ZIPs reach Lambda.
        grants: keys.
        ssm: the default prefix of the parameters.
        targets: such as ``python3.12/arm64``.
        rest: everything else that could have an effect, by name.
        defaults: of variables.
        provider: which versions fit.
    """

    units: Mapping[str, UnitState]
    via: Delivery
    grants: tuple[str, ...]
    ssm: str | None
    targets: tuple[str, ...]
    rest: Mapping[str, object]
    defaults: Mapping[str, str | None]
    provider: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the SSM parameters that hold the newest ARNs."""
        return () if self.ssm is None else tuple(f"{self.ssm}/{target}/latest" for target in self.targets)

    @property
    def content(self) -> frozenset[tuple[str, str]]:
        """The digest of each unit."""
        return frozenset((unit.key, unit.zip.sha256) for unit in self.units.values())


def is_layer(module: Module) -> bool:
    """Return whether a module is that of a layer."""
    return bool(module.of_type(LAYER_VERSION))


def layer_state(module: Module) -> LayerState:
    """Return what a layer's module does.

    Raises:
        UnreadableError: it says so in another way than the templates.
    """
    zips = zips_of(module)
    try:
        units = {name: _unit(block, zips) for name, block in module.of_type(LAYER_VERSION).items()}
        ssm = value_of(module.defaults["ssm_prefix"] or "null")
        targets = tuple(table(module.locals["targets"]))
    except KeyError as error:
        raise UnreadableError from error
    if not (ssm is None or isinstance(ssm, str)):
        raise UnreadableError
    return LayerState(
        units=units,
        via=_via(module),
        grants=tuple(sorted(table(module.locals.get("grants", "{}")))),
        ssm=ssm,
        targets=targets,
        rest=rest_of(module, known={LAYER_VERSION: _KNOWN}, named=_LOCALS, defaults=frozenset({"ssm_prefix", PROFILE})),
        defaults=module.defaults,
        provider=module.provider,
    )


def zips_of(module: Module) -> dict[str, Zip]:
    """Return the table of artifacts; empty where a module has none.

    Raises:
        UnreadableError: it is no such table.
    """
    found = {}
    for key, row in table(module.locals.get("artifacts", "{}")).items():
        if not isinstance(row, dict):
            raise UnreadableError
        sha256, size = row.get("sha256"), row.get("zipped_size")
        if not (isinstance(sha256, str) and isinstance(size, int)):
            raise UnreadableError
        found[key] = Zip(sha256=sha256, size=size)
    return found


def _unit(block: Block, zips: Mapping[str, Zip]) -> UnitState:
    given = block.attributes
    content = _HASH.fullmatch(given["source_code_hash"])
    name = given["layer_name"]
    if content is None or not name.startswith(_PREFIX):
        raise UnreadableError
    return UnitState(
        key=content["key"],
        layer_name=name.removeprefix(_PREFIX).removesuffix('"'),
        words={word: given[attribute] for attribute, word in _WORDS.items() if attribute in given},
        runtimes=tuple(sorted(strings(given["compatible_runtimes"]))),
        architectures=tuple(sorted(strings(given["compatible_architectures"]))),
        zip=zips[content["key"]],
        signed=content["signed"] is not None,
    )


def _via(module: Module) -> Delivery:
    if module.of_type(_OBJECT):
        return Delivery.S3
    direct = any("filename" in block.attributes for block in module.of_type(LAYER_VERSION).values())
    return Delivery.DIRECT if direct else Delivery.PUSHED
