"""Runs uv: the pinned one, in an environment that only passes on what is allowed to have a say."""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.lock.uv_settings import without_config
from layerforge.process import Finished, run

UV_RANGE: Final = SpecifierSet(">=0.12.17,<0.14")
"""The versions whose results and words we know. The same range stands in pyproject.toml; a test holds them together.

Below 0.12.17 uv ignores all settings of a project that has ``minimum-libc-version``, with a warning and exit status 0.
"""

_ONE_AT_A_TIME: Final = Lock()
_TIMEOUT: Final = 1800.0
_PASSED: Final = frozenset(
    {
        # the machine
        *("PATH", "HOME", "USER", "LOGNAME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"),
        *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
        # trust, proxies, credentials (a keyring command may ask a cloud's command line for a token)
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "NETRC", "DBUS_SESSION_BUS_ADDRESS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        # where packages come from, and how to get at them
        *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"),
        *("UV_INDEX_STRATEGY", "UV_KEYRING_PROVIDER", "UV_CREDENTIALS_DIR", "UV_CACHE_DIR", "UV_NO_CACHE"),
        *("UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_OFFLINE", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES"),
        *("UV_REQUEST_TIMEOUT", "UV_HTTP_CONNECT_TIMEOUT", "UV_CONCURRENT_DOWNLOADS", "UV_S3_ENDPOINT_URL"),
        "UV_NO_SYSTEM_CONFIG",
    }
)
_PASSED_PREFIXES: Final = (
    "UV_INDEX_",
    "AWS_",
    "AZURE_",
    "ARTIFACTS_",
    "VSS_",
    "GOOGLE_",
    "CLOUDSDK_",
    "PYTHON_KEYRING_",
)
_WOULD_CHANGE_RESULTS: Final = (
    *("UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_EXCLUDE_NEWER", "UV_RESOLUTION", "UV_PRERELEASE"),
    *("UV_FORK_STRATEGY", "UV_NO_SOURCES", "UV_NO_BINARY"),
)


def find_uv() -> Path:
    """Return the uv that was installed with us, once its version was checked.

    Raises:
        OutsideError: ``UV001`` it is not there, or its version is none that we know.
    """
    with _ONE_AT_A_TIME:  # the look-up reads `sysconfig`, which fills itself without a lock on Python 3.11
        return _find_uv()


@cache
def _find_uv() -> Path:
    from uv import find_uv_bin  # noqa: PLC0415 - looks through the file system

    hint = f"install layerforge with its dependencies, or `pip install 'uv{UV_RANGE}'` beside it"
    try:
        path = Path(find_uv_bin())
    except FileNotFoundError as error:
        message = "`uv` is not installed beside layerforge"
        raise OutsideError(Diagnostic(code="UV001", message=message, hint=hint)) from error
    words = run([path, "--version"], env=environment()).stdout.split()
    try:
        known = UV_RANGE.contains(Version(words[1]), prereleases=True)
    except (IndexError, InvalidVersion):
        known = False
    if not known:
        shown = words[1] if len(words) > 1 else "of unknown version"
        message = f"`uv` {shown} is none that layerforge knows ({UV_RANGE}), and its results go into the lock"
        raise OutsideError(Diagnostic(code="UV001", message=message, hint=hint, notes=(str(path),)))
    return path


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for uv: what says where packages are and how to reach them, nothing that picks versions.

    ``UV_CONFIG_FILE`` is not passed on: `find_settings` reads it, and its settings stand in the generated project.
    ``UV_NO_CONFIG`` would make uv ignore the generated project's settings; it becomes what keeps the others out.
    """
    ours = os.environ if given is None else given
    passed = {name: value for name, value in ours.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)}
    if without_config(ours):
        passed |= {"XDG_CONFIG_HOME": os.devnull, "UV_NO_SYSTEM_CONFIG": "1"}
    return passed | {
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON": sys.executable,
    }


def left_out(given: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """Return a warning for each variable of uv's that is set, would change what is resolved, and is not passed on."""
    ours = os.environ if given is None else given
    return tuple(
        Diagnostic(
            code="UV002",
            message=f"`{name}` is set, and has no say in a lock: it would give other versions on other machines",
            severity=Severity.WARNING,
            hint="put the setting into the `uv.toml` or `[tool.uv]` beside the spec, where everybody has it",
        )
        for name in _WOULD_CHANGE_RESULTS
        if ours.get(name)
    )


def run_uv(arguments: Sequence[str | os.PathLike[str]], *, cwd: Path, any_python: bool = False) -> Finished:
    """Run uv in a folder. Its failures come back as exit statuses 1 and 2, to be translated.

    Never with ``--quiet``: uv says in warnings what it ignored.

    Args:
        arguments: what comes after ``uv``.
        cwd: the folder.
        any_python: let uv look for a Python that the folder's project allows; else it is ours.
    """
    passed = environment()
    if any_python:
        del passed["UV_PYTHON"]
    return run([find_uv(), *arguments], cwd=cwd, env=passed, timeout=_TIMEOUT, ok=(0, 1, 2))
