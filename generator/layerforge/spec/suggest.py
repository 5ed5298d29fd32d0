"""What somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MEANT: Final[dict[str, str | tuple[str, ...]]] = {
    "aarch64": "arm64",
    "account_id": "account",
    "amd64": "x86_64",
    "arch": "architectures",
    "arn": "arns",
    "code_signing_config_arn": "code_signing",
    "compatible_architectures": "architectures",
    "compatible_runtimes": "runtimes",
    "dead_letter_config": "dead_letter",
    "dependencies": "requirements",
    "deps": "requirements",
    "dlq": "dead_letter",
    "env": ("environment", "runtimes"),
    "filename": "code",
    "kms_key_arn": "kms_key",
    "layer_name": "layers",
    "licence": "license",
    "license_info": "license",
    "log_format": "logs",
    "log_group": "logs",
    "log_retention_days": "logs",
    "log_retention_in_days": "logs",
    "logging_config": "logs",
    "memory_size": "memory",
    "org": "organization",
    "organization_id": "organization",
    "package": "code",
    "packages": "requirements",
    "parameter": "ssm",
    "path": "folder",
    "permissions": "grants",
    "principal": "account",
    "principals": "grants",
    "profile_name": "signing_profile",
    "python_version": "runtimes",
    "reserved_concurrent_executions": "reserved_concurrency",
    "retention": "retention_days",
    "retention_in_days": "retention_days",
    "role_arn": "role",
    "s3_bucket": "code",
    "signer_profile": "signing_profile",
    "signing_profile_name": "signing_profile",
    "snapstart": "snap_start",
    "source_code": "code",
    "src": "code",
    "tmp": "ephemeral_storage",
    "tracing_mode": "tracing",
    "type": "ecosystem",
    "unzipped_size": "size",
    "variables": "environment",
    "version": "release",
    "vpc_config": "vpc",
    "x64": "x86_64",
    "x86": "x86_64",
}
"""What other tools call our fields and values."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that comes closest to a mistyped one, if one comes close at all."""
    words = list(known)
    meant = MEANT.get(word.lower().replace("-", "_"), ())
    for one in (meant,) if isinstance(meant, str) else meant:
        if one in words:
            return one
    short = word.lower()[:_LONGEST]
    begun = [one for one in words if len(short) >= _TELLING and one.startswith(short)]
    found = begun[:1] or get_close_matches(short, words, n=1, cutoff=0.6)
    return found[0] if found else None


_LONGEST: Final = 60
_TELLING: Final = 3
