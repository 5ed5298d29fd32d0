"""Servers that break off, refuse, redirect and lie; each message is read whole."""

import errno
import hashlib
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from layerforge.build.patience import Patience
from layerforge.diagnostics import Diagnostic
from support.fetching import Workplace
from support.file_server import Asked, Reply, dead_port, serve_files

pytestmark = pytest.mark.usefixtures("no_settings", "hasty")

NETWORK = "check the network; behind a proxy, set `HTTPS_PROXY`"
LOGIN = (
    "give them in the index's URL, in `UV_INDEX_<NAME>_USERNAME` and `UV_INDEX_<NAME>_PASSWORD`,"
    " or in a netrc line for that host (no keyring is read)"
)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def ranges(asked: Sequence[Asked]) -> list[str]:
    return [item.headers.get("range", "") for item in asked]


# Broken and resumed


def test_a_broken_download_is_resumed_where_it_broke(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        broken = [Reply(body=body, breaks_after=1000) for _ in range(3)]
        place.fetch({pin: server.put("/spam.whl", *broken, Reply(body=body))})
    assert ranges(server.asked) == ["", "bytes=1000-", "bytes=2000-", "bytes=3000-"]
    assert place.store.has(pin)


def test_more_breaks_than_attempts_are_fine_while_bytes_come(place: Workplace) -> None:
    path, pin = place.wheel(size=20_000)
    body = path.read_bytes()
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=body, breaks_after=1500))})
    assert len(server.asked) == -(-len(body) // 1500)


def test_a_server_without_ranges_is_asked_for_all_again(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=body, breaks_after=1000), Reply(body=body, ranges=False))
        place.fetch({pin: url})
    assert ranges(server.asked) == ["", "bytes=1000-"]
    assert place.store.open_wheel(pin).path.read_bytes() == body


def test_a_download_that_always_breaks_at_one_place_is_given_up(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=path.read_bytes(), breaks_after=1000, ranges=False))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET007",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` closed the connection too early",
            notes=("gave up after 5 attempts",),
        ),
    )
    assert len(server.asked) == 5


def test_a_range_that_begins_elsewhere_is_not_believed(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    liar = Reply(body=body, range_header=f"bytes 0-{len(body) - 1}/{len(body)}")
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=body, breaks_after=1000), liar)})
    assert ranges(server.asked) == ["", "bytes=1000-", ""]


def test_what_another_process_left_is_resumed(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    left_by_another(place, pin.sha256, body[:1234])
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", body)})
    assert ranges(server.asked) == ["bytes=1234-"]
    assert place.leftovers() == []


def test_what_another_process_left_complete_is_not_asked_for(place: Workplace) -> None:
    path, pin = place.wheel()
    left_by_another(place, pin.sha256, path.read_bytes())
    with serve_files() as server:
        place.fetch({pin: server.url + "/none"})
    assert server.asked == []
    assert place.leftovers() == []


def test_what_another_process_left_wrong_is_dropped(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    left_by_another(place, pin.sha256, bytes(1234))
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", body)})
    assert ranges(server.asked) == ["bytes=1234-", ""]


def test_what_another_process_left_too_long_is_dropped(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    left_by_another(place, pin.sha256, body + b"more")
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", body)})  # answers 416
    assert ranges(server.asked) == [f"bytes={len(body) + 4}-", ""]


def left_by_another(place: Workplace, sha256: str, content: bytes) -> None:
    partial = place.store.root / "incoming" / f"{sha256}.part"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(content)


def test_a_body_in_chunks(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=path.read_bytes(), chunked=True, piece=700))})
    assert place.store.has(pin)


def test_a_body_in_chunks_that_breaks_is_resumed(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=body, chunked=True, piece=700, breaks_after=2100), body)
        place.fetch({pin: url})
    assert ranges(server.asked) == ["", "bytes=2100-"]


def test_a_body_of_unknown_length_that_is_cut_off_is_asked_for_again(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=body, promised=-1, breaks_after=2100), body)
        place.fetch({pin: url})
    assert ranges(server.asked) == ["", ""]


def test_a_body_that_ends_before_the_promised_length(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=body[:-7], promised=len(body), ranges=False))
        (found,) = place.failures({pin: url})
    assert found.code == "NET007"
    assert found.notes == ("gave up after 5 attempts",)


def test_a_body_longer_than_promised_is_cut_at_the_promise(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=body, extra=b"trailing", promised=len(body)))})
    assert place.store.open_wheel(pin).path.read_bytes() == body


def test_a_body_longer_than_the_wheel_has_another_digest(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        (found,) = place.failures({pin: server.put("/spam.whl", Reply(body=body, extra=b"trailing"))})
    assert found.code == "NET008"
    assert f"({len(body) + 8:,} bytes came)" in found.message


def test_a_promise_of_more_than_any_wheel_has_is_not_waited_for(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=b"PK", promised=5 << 30))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET011",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: it is said to have 5,368,709,120 bytes,"
            " which no wheel has",
        ),
    )


def test_a_body_without_end_is_stopped(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.build.download._LARGEST", 10_000)
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=bytes(50_000), chunked=True, piece=4000))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET011",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: more than 10,000 bytes came, which no wheel has",
        ),
    )


# Statuses


def test_passing_trouble_is_tried_again(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        replies = [Reply(status=status) for status in (500, 502, 503, 429)]
        place.fetch({pin: server.put("/spam.whl", *replies, Reply(body=path.read_bytes()))})
    assert len(server.asked) == 5


def test_lasting_trouble_is_given_up(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(status=503))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET006",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` answered 503 Service Unavailable",
            hint="try again later",
            notes=("gave up after 5 attempts",),
        ),
    )


def test_an_odd_status_is_given_up_at_once(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        (found,) = place.failures({pin: server.put("/spam.whl", Reply(status=418))})
    assert found.message.endswith(f"`{server.url}` answered 418 I'm a Teapot")
    assert found.hint is None
    assert len(server.asked) == 1


def test_a_part_that_was_not_asked_for(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        (found,) = place.failures({pin: server.put("/spam.whl", Reply(status=206, body=path.read_bytes()))})
    assert found.message.endswith(f"`{server.url}` answered 206 Partial Content")


def test_retry_after_is_honoured(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(status=429, headers={"Retry-After": "1"}), path.read_bytes())
        before = time.monotonic()
        place.fetch({pin: url})
    assert 1 <= time.monotonic() - before < 20


def test_retry_after_as_a_date_is_bounded(place: Workplace) -> None:
    _, pin = place.wheel()
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    with serve_files() as server:
        (found,) = place.failures({pin: server.put("/spam.whl", Reply(status=503, headers={"Retry-After": date}))})
    assert found.code == "NET006"
    assert found.notes[0].removeprefix("it asks to wait 7,").split(";")[1] == " at most 2 s are waited for"
    assert len(server.asked) == 1


@pytest.mark.parametrize("after", ["soon", "Fri, 31 Dec 9999 23:59:59 -0000"])
def test_retry_after_that_cannot_be_read_is_passed_over(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    monkeypatch.setenv("TZ", "JST-9")  # nine hours before UTC: a library looks at the year 10000
    time.tzset()
    path, pin = place.wheel()
    try:
        with serve_files() as server:
            place.fetch(
                {pin: server.put("/s.whl", Reply(status=503, headers={"Retry-After": after}), path.read_bytes())}
            )
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len(server.asked) == 2


def test_401_without_credentials(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        server.users = {"c29tZTpvbmU="}
        url = server.put("/spam.whl", path.read_bytes())
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET003",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` wants credentials,"
            " and none are known for it (401)",
            hint=LOGIN,
        ),
    )
    assert len(server.asked) == 1


def test_401_with_credentials(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        server.users = {"c29tZTpvbmU="}
        monkeypatch.setenv("UV_INDEX_PRIVATE_USERNAME", "me")
        monkeypatch.setenv("UV_INDEX_PRIVATE_PASSWORD", "s3cret")
        monkeypatch.setenv("UV_INDEX", f"private={server.url}/simple")
        url = server.put("/spam.whl", path.read_bytes())
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET003",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` does not accept the credentials from"
            " `UV_INDEX_PRIVATE_USERNAME` and `UV_INDEX_PRIVATE_PASSWORD` (401)",
            hint="renew them there: tokens expire",
        ),
    )


def test_403(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(status=403))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET003",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` does not allow it (403)",
            hint=f"credentials that may read are needed: {LOGIN}",
            notes=("asked without credentials",),
        ),
    )


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone(place: Workplace, status: int) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(status=status))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET005",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: there is no such file ({status})",
            hint="it was taken away from the index: bring it back, or let `layerforge lock --upgrade` choose another;"
            " some indexes answer so to who lacks credentials",
        ),
    )


# Wrong bytes


def test_wrong_bytes_under_the_right_name(place: Workplace) -> None:
    path, pin = place.wheel()
    wrong = path.read_bytes()[:-1] + b"!"
    with serve_files() as server:
        url = server.put("/spam.whl", wrong)
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET008",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: its sha256 is {hashlib.sha256(wrong).hexdigest()},"
            f" where the lock says {pin.sha256} ({len(wrong):,} bytes came)",
            hint="the file was replaced since it was locked, or something on the way alters it: ask who runs the index,"
            " and only then take the new one with `layerforge lock --upgrade spam`",
        ),
    )
    assert len(server.asked) == 1
    assert place.leftovers() == []


def test_a_login_page_instead_of_the_wheel(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        page = b"\n<!DOCTYPE html><html><body>Sign in</body></html>"
        server.put("/login", Reply(body=page, headers={"Content-Type": "text/html"}))
        url = server.redirect("/spam.whl", "/login?return=%2Fspam.whl&state=s3cret")
        server.put("/login?return=%2Fspam.whl&state=s3cret", page)
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET009",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: an HTML page came instead of the wheel,"
            " as a login page would",
            hint=f"`{server.url}` may want credentials: {LOGIN}",
            notes=(f"redirected to `{server.url}/login?…`",),
        ),
    )


def test_an_answer_that_is_compressed_all_the_same(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        reply = Reply(body=b"\x1f\x8b" + path.read_bytes(), headers={"Content-Encoding": "gzip"})
        (found,) = place.failures({pin: server.put("/spam.whl", reply)})
    assert found.code == "NET008"
    assert found.notes == ("the answer was encoded as `gzip`, which was not asked for",)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(place: Workplace, status: int) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        server.put("/there/spam.whl", path.read_bytes())
        place.fetch({pin: server.redirect("/here/spam.whl", "../there/spam.whl#sha256=abc", status)})
    assert server.paths() == ["/here/spam.whl", "/there/spam.whl"]


def test_a_redirect_is_followed_anew_when_resuming(place: Workplace) -> None:
    path, pin = place.wheel()
    body = path.read_bytes()
    with serve_files() as server:
        server.put("/there", Reply(body=body, breaks_after=1000), body)
        place.fetch({pin: server.redirect("/here", "/there")})
    assert server.paths() == ["/here", "/there", "/here", "/there"]
    assert ranges(server.asked) == ["", "", "bytes=1000-", "bytes=1000-"]


def test_redirects_in_a_circle(place: Workplace) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.redirect("/a", "/b?token=s3cret")
        server.redirect("/b?token=s3cret", "/a")
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET010",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: more than 10 redirects, the last to"
            f" `{server.url}/b?…`",
        ),
    )
    assert len(server.asked) == 11


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("", "`{url}` redirects to nowhere"),
        ("file:///etc/passwd", "a redirect leads to `file:///etc/passwd`, which is not on the web"),
        ("ftp://host/x", "a redirect leads to `ftp://host/x`, which is not on the web"),
        ("http://[bad", "`{url}` redirects to what is no URL"),
        ("http://host:port/", "`{url}` redirects to what is no URL"),
    ],
)
def test_redirects_that_are_not_followed(place: Workplace, to: str, reason: str) -> None:
    _, pin = place.wheel()
    with serve_files() as server:
        url = server.redirect("/spam.whl", to)
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET010",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: {reason.format(url=url)}",
        ),
    )


# No connection


def test_a_port_where_nobody_listens(place: Workplace) -> None:
    _, pin = place.wheel()
    with dead_port() as port:
        url = f"http://127.0.0.1:{port}/spam.whl"
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET001",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `http://127.0.0.1:{port}` refuses connections",
            hint=NETWORK,
            notes=("gave up after 5 attempts",),
        ),
    )


def test_a_host_that_is_down_is_not_waited_for_with_every_wheel(
    place: Workplace, hasty: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = [place.wheel(f"spam{number}")[1] for number in range(12)]
    patience = Patience(attempts=3, first_pause=0.1, longest_pause=0.1)
    monkeypatch.setattr("layerforge.build.download.PATIENCE", patience)
    with dead_port() as port:
        found = place.failures({pin: f"http://127.0.0.1:{port}/{pin.file}" for pin in pins})
    assert [item.code for item in found] == ["NET001"] * 12
    patient = [item for item in found if item.notes]
    assert {item.notes for item in patient} >= {("gave up after 3 attempts",)}
    assert len(patient) <= 4, "those that were under way when the host was found to be down, one a thread"


def test_a_name_that_does_not_resolve(place: Workplace) -> None:
    _, pin = place.wheel()
    url = "http://wheels.invalid/spam.whl"
    (found,) = place.failures({pin: url})
    assert found.code == "NET001"
    assert found.message == (
        f"`spam` 1.0 cannot be fetched from `{url}`: `http://wheels.invalid` is not known: the name does not resolve"
    )


def test_a_server_that_stops_answering(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.build.download.PATIENCE", Patience(attempts=2, first_pause=0.01, read=0.5))
    path, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", Reply(body=path.read_bytes(), pause=1.5))
        found = place.failures({pin: url})
    assert found == (
        Diagnostic(
            code="NET001",
            message=f"`spam` 1.0 cannot be fetched from `{url}`: `{server.url}` stopped answering",
            hint=NETWORK,
            notes=("gave up after 2 attempts",),
        ),
    )


def test_uvs_own_timeout_is_honoured(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.build.download.PATIENCE", Patience(attempts=1, read=30))
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "0.1")
    path, pin = place.wheel()
    with serve_files() as server:
        (found,) = place.failures({pin: server.put("/spam.whl", Reply(body=path.read_bytes(), pause=0.5))})
    assert found.message.endswith("stopped answering")


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf", "99999999999"])
def test_a_timeout_that_is_none_is_passed_over(place: Workplace, monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("UV_HTTP_TIMEOUT", seconds)
    path, pin = place.wheel()
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", Reply(body=path.read_bytes()))})
    assert len(server.asked) == 1


# The disk


def test_a_full_disk_is_told_once(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def full(fd: int, data: bytes) -> int:
        if bytes(data[:2]) == b"PK":  # a wheel's first bytes
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data)

    with serve_files() as server:
        urls = {}
        for name in ("spam", "eggs", "ham"):
            path, pin = place.wheel(name)
            urls[pin] = server.put(f"/{path.name}", path.read_bytes())
        monkeypatch.setattr(os, "write", full)
        found = place.failures(urls)
    assert found == (
        Diagnostic(
            code="STORE001",
            message=f"`{place.store.root}` cannot be written: No space left on device",
            hint="make room on that disk; `layerforge cache prune` frees what layerforge keeps itself",
        ),
    )
    assert place.leftovers() == []
