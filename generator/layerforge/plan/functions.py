"""A spec's functions to the plan's."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from layerforge.facts.load import Facts
from layerforge.names import Delivery, LayerName, RuntimeId
from layerforge.plan.drafts import Draft
from layerforge.plan.function_types import CODE, Attached, BucketCode, Function, Logs, Network, Settings
from layerforge.plan.runtimes import provider_minimum
from layerforge.plan.types import CodeSource, Exclude, Include, Skip, Target, Unit
from layerforge.spec import code as spec_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layerforge.spec import network as spec_network


def target_of(draft: Draft) -> Target | None:
    """Return what a function runs on; ``None`` if nobody says."""
    runtime = draft.held("runtime")
    return None if runtime is None else Target(runtime=RuntimeId(runtime), architecture=draft.held("architecture"))


def plan_function(draft: Draft, target: Target | None, layers: tuple[Attached, ...], facts: Facts) -> Function:
    """Return a function of the plan. One without a runtime gets one that stands for none; the rules refuse it."""
    runs_on = target or Target(runtime=RuntimeId("provided"), architecture=draft.held("architecture"))
    code, bare = draft.function.code, draft.function.code is None
    folder = code if isinstance(code, spec_code.FolderCode) else None
    return Function(
        name=draft.name,
        description=draft.function.description,
        runtime=runs_on.runtime,
        architecture=runs_on.architecture,
        handler="" if bare else draft.held("handler") or "",
        code=_bucket_code(code) if isinstance(code, spec_code.BucketCode) else None,
        source=None if folder is None else _source(draft, folder),
        units=() if folder is None else (_unit(draft.name, runs_on),),
        via=Delivery.PUSHED if isinstance(code, spec_code.BucketCode) else draft.held("via"),
        signing_profile=None if folder is None else draft.held("signing_profile"),
        layers=layers,
        overrides=draft.function.overrides,
        settings=settings_of(draft),
        provider_minimum=provider_minimum([runs_on.runtime], facts),
        spec=draft.loaded.path,
        where=draft.where,
        skips=tuple(Skip(id=one.id, reason=one.reason) for one in draft.held("policy", "skip")),
    )


def settings_of(draft: Draft) -> Settings:
    """Return what a function runs with."""
    vpc: bool | Mapping[str, spec_network.Network] = draft.held("vpc")
    publish, aliases, snap_start = draft.held("publish"), draft.held("aliases"), draft.held("snap_start")
    return Settings(
        memory=draft.held("memory"),
        timeout=draft.held("timeout"),
        ephemeral_storage=draft.held("ephemeral_storage"),
        environment=draft.added("environment"),
        role=draft.held("role"),
        tracing=draft.held("tracing"),
        logs=Logs(
            retention=draft.held("logs", "retention_days"),
            format=draft.held("logs", "format"),
            group=draft.function.logs.group,
        ),
        dead_letter=draft.held("dead_letter"),
        in_vpc=bool(vpc),
        networks={} if isinstance(vpc, bool) else {region: _network(one) for region, one in vpc.items()},
        reserved_concurrency=draft.held("reserved_concurrency"),
        snap_start=snap_start,
        kms_key=draft.held("kms_key"),
        code_signing=draft.held("code_signing"),
        publish=bool(aliases or snap_start) if publish is None else publish,
        aliases=aliases,
        tags=draft.added("tags"),
    )


def _network(one: "spec_network.Network") -> Network:
    return Network(subnet_ids=one.subnet_ids, security_group_ids=one.security_group_ids)


def _unit(name: LayerName, target: Target) -> Unit:
    return Unit(layer=name, key=CODE, targets=(target,), aws_name=name, address="this")


def _source(draft: Draft, code: spec_code.FolderCode) -> CodeSource:
    return CodeSource(
        include=(Include(path=PurePosixPath(code.folder).as_posix(), to=".", where=draft.place("code", "folder")),),
        exclude=tuple(
            Exclude(glob=glob, where=draft.place("code", "exclude", index)) for index, glob in enumerate(code.exclude)
        ),
        executable=code.executable,
    )


def _bucket_code(code: spec_code.BucketCode) -> BucketCode:
    return BucketCode(bucket=code.bucket, key=code.key, version=code.version, sha256=code.sha256, size=code.size)
