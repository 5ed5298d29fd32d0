"""Which certificate authorities are believed.

The first of these that is set: ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` together (they are what uv reads, which reads
the indexes for us), ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``. Then the system's. Where a Python knows no system
store (some builds for macOS), the list of Mozilla's that comes with botocore. ``SSL_CLIENT_CERT`` names a client's
certificate with its key, as for uv.
"""

import importlib.util
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from layerforge.build.trouble import BAD_CERTIFICATES
from layerforge.diagnostics import Diagnostic, OutsideError

_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def trust_source(environ: Mapping[str, str]) -> str:
    """Say in words where the believed authorities come from."""
    names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(name)]
    names = names or [name for name in _BUNDLES if environ.get(name)][:1]
    return " and ".join(f"`{name}={environ[name]}`" for name in names) or "the system's certificates"


def trust_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return a context for clients that checks certificates and host names.

    Raises:
        OutsideError: ``NET014`` a variable names what cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        _load("SSL_CERT_FILE", Path(file), context)
    if folders:
        for folder in folders.split(":"):
            _load("SSL_CERT_DIR", Path(folder), context)
    if not file and not folders:
        bundle = next((name for name in _BUNDLES if environ.get(name)), None)
        if bundle is not None:
            _load(bundle, Path(environ[bundle]), context)
        else:
            _load_system(context)
    if client := environ.get("SSL_CLIENT_CERT"):
        try:
            context.load_cert_chain(client)
        except OSError as error:
            raise _unusable("SSL_CLIENT_CERT", Path(client), error) from None
    return context


def _load(variable: str, path: Path, context: ssl.SSLContext) -> None:
    try:
        if not path.is_dir():
            context.load_verify_locations(cafile=path)
            return
        names = sorted(item.name for item in path.iterdir())
        if any(_HASHED.fullmatch(name) for name in names):
            context.load_verify_locations(capath=path)
            return
        for name in names:
            if name.endswith((".pem", ".crt", ".cer")):
                context.load_verify_locations(cafile=path / name)
    except OSError as error:  # an SSLError is one
        raise _unusable(variable, path, error) from None


def _load_system(context: ssl.SSLContext) -> None:
    context.set_default_verify_paths()
    places = ssl.get_default_verify_paths()
    if places.cafile is None and places.capath is None:
        package = importlib.util.find_spec("botocore")
        if package is not None and package.origin is not None:
            context.load_verify_locations(cafile=Path(package.origin).with_name("cacert.pem"))


def _unusable(variable: str, path: Path, error: OSError) -> OutsideError:
    reason = "it holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
    return OutsideError(
        Diagnostic(
            code=BAD_CERTIFICATES,
            message=f"`{variable}` names `{path}`, which cannot be used: {reason}",
            hint="name a file of certificates in PEM form, or unset the variable",
        )
    )
