"""Certificates: which are believed, and what is said of those that are not."""

import os
import shutil
import ssl
from pathlib import Path

import pytest

from layerforge.build.trust import trust_context, trust_source
from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.process import run
from support.certificates import make_certificate
from support.fetching import Workplace
from support.file_server import Reply, serve_files

pytestmark = pytest.mark.usefixtures("no_settings", "hasty")

UNTRUSTED = "if a private authority signed it (an inspecting proxy, an own index), name its file: `SSL_CERT_FILE`"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "loopback.pem")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_private_authority_is_believed_by_each_variable(
    place: Workplace, certificate: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pin = place.wheel()
    monkeypatch.setenv(variable, str(certificate.parent if variable == "SSL_CERT_DIR" else certificate))
    with serve_files(tls=certificate) as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=path.read_bytes()))})
    assert place.store.has(pin)


def test_a_folder_with_hashed_names_as_openssl_makes_them(
    place: Workplace, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        assert "CI" not in os.environ
        pytest.skip("openssl is not installed")
    digest = run([openssl, "x509", "-hash", "-noout", "-in", certificate]).stdout.strip()
    folder = tmp_path / "hashed"
    folder.mkdir()
    shutil.copy(certificate, folder / f"{digest}.0")
    path, pin = place.wheel()
    monkeypatch.setenv("SSL_CERT_DIR", f"{folder}")
    with serve_files(tls=certificate) as server:
        place.fetch({pin: server.put("/spam.whl", path.read_bytes())})
    assert place.store.has(pin)


def test_an_unknown_authority(place: Workplace, certificate: Path) -> None:
    _, pin = place.wheel()
    with serve_files(tls=certificate) as server:
        url = f"{server.url}/spam.whl"
        found = place.failures({pin: url})
        assert server.asked == []
    assert found == (
        Diagnostic(
            code="NET002",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: the certificate of `{server.url}` is not trusted:"
            " self-signed certificate",
            hint=UNTRUSTED,
            notes=("certificates are checked against the system's certificates",),
        ),
    )


def test_an_expired_certificate(place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expired = make_certificate(tmp_path / "expired.pem", days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(expired))
    _, pin = place.wheel()
    with serve_files(tls=expired) as server:
        (found,) = place.failures({pin: f"{server.url}/spam.whl"})
    assert found.message.endswith(f"the certificate of `{server.url}` is not trusted: certificate has expired")
    assert found.notes == (f"certificates are checked against `SSL_CERT_FILE={expired}`",)


def test_a_certificate_of_another_host(place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_certificate(tmp_path / "other.pem", address="192.0.2.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    _, pin = place.wheel()
    with serve_files(tls=other) as server:
        (found,) = place.failures({pin: f"{server.url}/spam.whl"})
    assert found.code == "NET002"
    assert "is not trusted: IP address mismatch, certificate is not valid for '127.0.0.1'" in found.message


def test_a_server_that_speaks_no_tls(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        host = server.url.replace("http:", "https:")
        found = place.failures({pin: f"{host}/spam.whl"})
    (only,) = found
    assert only.code == "NET002"
    assert only.message.startswith(
        f"`spam` 1.0 cannot be fetched from `{host}/spam.whl`: there is no secure connection to `{host}`: "
    )


def test_a_redirect_from_https_to_http_is_not_followed(
    place: Workplace, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    path, pin = place.wheel()
    with serve_files() as plain, serve_files(tls=certificate) as server:
        url = server.redirect("/spam.whl", plain.put("/spam.whl", path.read_bytes()))
        found = place.failures({pin: url})
        assert plain.asked == []
    assert found == (
        Diagnostic(
            code="NET010",
            message=f"`spam` 1.0 cannot be fetched from `{url}`:"
            f" a redirect leads from https to the unencrypted `{plain.url}/spam.whl`",
            hint="use the address that it leads to in the index itself if you trust that network",
        ),
    )


def test_a_variable_that_names_no_file(place: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    _, pin = place.wheel()
    assert place.failures({pin: "https://host.invalid/spam.whl"}) == (
        Diagnostic(
            code="NET014",
            message=f"`SSL_CERT_FILE` names `{tmp_path / 'none.pem'}`, which cannot be used: No such file or directory",
            hint="name a file of certificates in PEM form, or unset the variable",
        ),
    )


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSL_CLIENT_CERT"])
def test_a_variable_that_names_no_certificates(variable: str, tmp_path: Path) -> None:
    odd = tmp_path / "odd.pem"
    odd.write_text("no certificate")
    with pytest.raises(OutsideError) as caught:
        trust_context({variable: str(tmp_path if variable == "SSL_CERT_DIR" else odd)})
    (found,) = caught.value.diagnostics
    assert found.code == "NET014"
    assert found.message.endswith("which cannot be used: it holds no certificate in PEM form")
    assert found.message.startswith(f"`{variable}` names ")


def test_the_rank_of_the_variables() -> None:
    every = {"SSL_CERT_FILE": "a", "SSL_CERT_DIR": "b", "REQUESTS_CA_BUNDLE": "c", "CURL_CA_BUNDLE": "d"}
    assert trust_source(every) == "`SSL_CERT_FILE=a` and `SSL_CERT_DIR=b`"
    assert trust_source({"REQUESTS_CA_BUNDLE": "c", "CURL_CA_BUNDLE": "d"}) == "`REQUESTS_CA_BUNDLE=c`"
    assert trust_source({"SSL_CERT_FILE": "", "CURL_CA_BUNDLE": "d"}) == "`CURL_CA_BUNDLE=d`"
    assert trust_source({}) == "the system's certificates"


def test_a_python_without_a_system_store_believes_what_botocore_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    none = ssl.get_default_verify_paths()._replace(cafile=None, capath=None)  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: none)
    monkeypatch.setattr(ssl.SSLContext, "set_default_verify_paths", lambda _: None)
    assert trust_context({}).cert_store_stats()["x509_ca"] > 50


def test_hosts_and_certificates_are_always_checked() -> None:
    context = trust_context({})
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
