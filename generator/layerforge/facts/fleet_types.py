"""What is known of functions and Regions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Handler:
    """How a language's runtimes name what they call.

    Attributes:
        pattern: what every handler matches.
        form: to show, such as ``module.function``.
    """

    pattern: re.Pattern[str]
    form: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionLimits:
    """Quotas and legal values of functions, in MB, seconds, bytes, days, characters or pieces as the names say.

    Attributes:
        name_characters: of a function's name.
        memory: least and most MB.
        timeout: least and most seconds.
        ephemeral_storage: least and most MB of ``/tmp``.
        environment_bytes: of all variables as JSON.
        reserved_environment: names that Lambda sets itself.
        handler_characters: of a handler.
        handlers: by family of runtimes; families that take anything are not there.
        log_retention_days: what CloudWatch takes; for ever is beside them.
        log_group_characters: of a log group's name.
        alias_characters: of an alias's name.
        tags: of one resource.
        tag_key_characters: of a tag's key.
        tag_value_characters: of a tag's value.
        snap_start: by family, the first version that has it.
        snap_start_ephemeral_storage: the most MB of ``/tmp`` with it.
        subnets: of one function.
        security_groups: of one function.
        root_modules: layers and functions of a root above which Terraform becomes slow.
    """

    name_characters: int
    memory: tuple[int, int]
    timeout: tuple[int, int]
    ephemeral_storage: tuple[int, int]
    environment_bytes: int
    reserved_environment: frozenset[str]
    handler_characters: int
    handlers: Mapping[str, Handler]
    log_retention_days: tuple[int, ...]
    log_group_characters: int
    alias_characters: int
    tags: int
    tag_key_characters: int
    tag_value_characters: int
    snap_start: Mapping[str, str]
    snap_start_ephemeral_storage: int
    subnets: int
    security_groups: int
    root_modules: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """A part of AWS with accounts and ARNs of its own.

    Attributes:
        name: as ARNs begin: ``aws``, ``aws-cn``.
        pattern: what the names of its Regions match, future ones too.
        regions: those that there are.
    """

    name: str
    pattern: re.Pattern[str]
    regions: tuple[str, ...]
