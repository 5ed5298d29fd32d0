"""The arguments and blocks of a function's resource."""

from collections.abc import Iterator
from dataclasses import dataclass

from layerforge.names import Delivery
from layerforge.plan.function_types import CODE, Function, Logs
from layerforge.render import hcl
from layerforge.render.hcl import Expression
from layerforge.render.unit_view import in_base64

Arguments = Iterator[tuple[str, Expression]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of a resource: its name and its lines."""

    name: str
    arguments: tuple[tuple[str, Expression], ...]


def arguments(function: Function) -> Arguments:
    """Yield the arguments of a function's resource, in the order in which they are written."""
    own = function.settings
    yield "function_name", Expression("local.function_name")
    if function.description:
        yield "description", hcl.string(function.description)
    yield "role", Expression("aws_iam_role.this.arn" if own.role is None else "var.role_arn")
    yield "runtime", hcl.string(function.runtime)
    yield "architectures", hcl.value([function.architecture.value])
    yield "handler", hcl.string(function.handler)
    yield "layers", Expression("var.layers")
    yield from _code(function)
    yield "memory_size", Expression("var.memory_size")
    yield "timeout", hcl.value(own.timeout)
    yield "publish", hcl.value(own.publish)
    yield "reserved_concurrent_executions", Expression("var.reserved_concurrent_executions")
    yield "code_signing_config_arn", Expression("var.code_signing_config_arn")
    yield "kms_key_arn", Expression("var.kms_key_arn")
    yield "tags", Expression("local.tags")


def _code(function: Function) -> Arguments:
    if function.code is not None:
        yield "s3_bucket", Expression("var.artifact_bucket")
        yield "s3_key", hcl.string(function.code.key)
        if function.code.version is not None:
            yield "s3_object_version", hcl.string(function.code.version)
        if function.code.sha256 is not None:
            yield "source_code_hash", hcl.string(in_base64(function.code.sha256))
        return
    index = hcl.string(CODE)
    artifact = f"local.artifacts[{index}]"
    if function.signing_profile is not None:
        yield "s3_bucket", Expression(f"local.jobs[{index}].signed_object[0].s3[0].bucket")
        yield "s3_key", Expression(f"local.jobs[{index}].signed_object[0].s3[0].key")
    elif function.via is Delivery.DIRECT:
        yield "filename", Expression(f'"${{local.artifact_dir}}/${{{artifact}.file}}"')
    elif function.via is Delivery.S3:
        yield "s3_bucket", Expression(f"aws_s3_object.artifact[{index}].bucket")
        yield "s3_key", Expression(f"aws_s3_object.artifact[{index}].key")
    else:
        name = hcl.inside(function.name)
        yield "s3_bucket", Expression("var.artifact_bucket")
        yield "s3_key", Expression(f'"${{var.artifact_prefix}}/{name}/{CODE}/${{{artifact}.sha256}}.zip"')
    yield "source_code_hash", Expression(f"{artifact}.source_code_hash")


def blocks(function: Function) -> Iterator[Block]:
    """Yield the blocks of a function's resource, sorted by name, but for its environment."""
    own = function.settings
    if own.dead_letter is not None:
        yield _block("dead_letter_config", target_arn=Expression("var.dead_letter_arn"))
    yield _block("ephemeral_storage", size=hcl.value(own.ephemeral_storage))
    yield _logging(own.logs)
    if own.snap_start:
        yield _block("snap_start", apply_on=hcl.string("PublishedVersions"))
    yield _block("tracing_config", mode=hcl.string("Active" if own.tracing else "PassThrough"))
    if own.in_vpc:
        yield _block(
            "vpc_config",
            subnet_ids=Expression("var.vpc_config.subnet_ids"),
            security_group_ids=Expression("var.vpc_config.security_group_ids"),
        )


def _logging(logs: Logs) -> Block:
    # AWS's own levels, spelled out: left out, the provider publishes a version at every plan.
    levels = {"application_log_level": hcl.string("INFO"), "system_log_level": hcl.string("INFO")}
    return _block(
        "logging_config",
        log_format=hcl.string(logs.format),
        **(levels if logs.format == "JSON" else {}),
        log_group=Expression("aws_cloudwatch_log_group.this.name") if logs.group is None else hcl.string(logs.group),
    )


def _block(name: str, **lines: Expression) -> Block:
    return Block(name=name, arguments=tuple(lines.items()))
