"""AWS's size limits, and what is said about a ZIP that is over or near them."""

from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.build.types import Artifact, Entry
from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import load_facts
from layerforge.names import Delivery, Sha256
from layerforge.verify.sizes import check_sizes
from support import plans
from support.artifacts import artifact

LIMITS = load_facts().limits
UNZIPPED, ZIPPED = 262_144_000, 52_428_800
ENTRIES = (
    Entry("python/numpy/a.so", 100_000_000, 1, "numpy 1.26.4"),
    Entry("python/numpy/b.so", 20_000_000, 2, "numpy 1.26.4"),
    Entry("python/pyarrow/c.so", 130_000_000, 3, "pyarrow 16.1.0"),
    Entry("python/x.py", 10, 4, "own files"),
    *(Entry(f"python/{name}.py", 9, 5, f"{name} 1") for name in "edcba"),
)
OVER = "unzipped, over the 262,144,000 that Lambda allows for a function with all its layers"
LARGEST = (
    "  130,000,000 bytes unzipped: pyarrow 16.1.0",
    "  120,000,000 bytes unzipped: numpy 1.26.4",
    "           10 bytes unzipped: own files",
    "            9 bytes unzipped: a 1",
    "            9 bytes unzipped: b 1",
)
SMALLER = "leave out what is not needed at run time with `exclude`, such as `**/tests/**`"
S3 = "`publish: {via: s3}` lets Terraform upload it to a bucket, where only the unzipped size counts"


def said(unzipped: int, zipped: int, *, via: Delivery = Delivery.DIRECT) -> tuple[Diagnostic, ...]:
    layer = plans.layer("some", via=via)
    artifact = Artifact(
        unit=layer.units[0],
        path=Path("some.zip"),
        format=1,
        sha256=Sha256("0" * 64),
        zipped_size=zipped,
        unzipped_size=unzipped,
        content=ENTRIES,
    )
    return check_sizes(layer, artifact, LIMITS)


def finding(code: str, message: str, hint: str, *, severity: Severity = Severity.ERROR) -> Diagnostic:
    where = plans.location("layers.some")
    message = f"`some/python312-x86-64` has {message}"
    return Diagnostic(code=code, severity=severity, message=message, location=where, hint=hint, notes=LARGEST)


def test_the_limits_are_those_of_aws() -> None:
    assert (LIMITS.unzipped_bytes, LIMITS.direct_upload_zipped_bytes) == (UNZIPPED, ZIPPED)


@pytest.mark.parametrize("via", list(Delivery))
def test_too_large_unzipped_is_an_error_however_it_is_delivered(via: Delivery) -> None:
    message = "262,144,001 bytes unzipped, over the 262,144,000 that Lambda allows for a function with all its layers"
    expected = finding("SIZE001", message, f"{SMALLER}, or cut the layer into several")
    assert said(UNZIPPED + 1, 1, via=via) == (expected,)


def test_too_large_zipped_is_an_error_where_it_is_uploaded_directly() -> None:
    message = "52,428,801 bytes zipped, over the 52,428,800 that can be uploaded directly"
    assert said(1, ZIPPED + 1) == (finding("SIZE002", message, S3),)
    assert said(1, ZIPPED + 1, via=Delivery.S3) == ()
    assert said(1, ZIPPED + 1, via=Delivery.PUSHED) == ()


def test_near_a_limit_is_a_warning() -> None:
    unzipped = (
        "262,144,000 bytes unzipped, 100% of the 262,144,000 that Lambda allows for a function with all its layers"
    )
    zipped = "47,185,921 bytes zipped, 90% of the 52,428,800 that can be uploaded directly"
    assert said(UNZIPPED, ZIPPED * 9 // 10 + 1) == (
        finding("SIZE003", unzipped, SMALLER, severity=Severity.WARNING),
        finding("SIZE004", zipped, S3, severity=Severity.WARNING),
    )


def test_nine_tenths_are_fine() -> None:
    assert said(UNZIPPED * 9 // 10, ZIPPED * 9 // 10) == ()


def test_both_errors_are_said() -> None:
    assert [item.code for item in said(UNZIPPED + 1, ZIPPED + 1)] == ["SIZE001", "SIZE002"]


def test_code_of_a_function_has_the_same_limits_and_words_of_its_own() -> None:
    def told(via: Delivery) -> list[tuple[str, str | None]]:
        function = plans.function("some", via=via)
        (unit,) = function.units
        built = replace(artifact(unit, {"x": (UNZIPPED + 1, 1)}), zipped_size=ZIPPED + 1)
        return [(item.message, item.hint) for item in check_sizes(function, built, LIMITS)]

    unzipped = (
        f"`some/code` has 262,144,001 bytes {OVER}",
        SMALLER,
    )
    zipped = (
        "`some/code` has 52,428,801 bytes zipped, over the 52,428,800 that can be uploaded directly",
        "`via: s3` lets Terraform upload it to a bucket, where only the unzipped size counts",
    )
    assert told(Delivery.DIRECT) == [unzipped, zipped]
    assert told(Delivery.S3) == told(Delivery.PUSHED) == [unzipped]


def test_folders_are_named_where_the_packages_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ENTRIES", tuple(entry._replace(origin="") for entry in ENTRIES[:3]))
    assert said(UNZIPPED + 1, 1)[0].notes == (
        "  130,000,000 bytes unzipped: python/pyarrow",
        "  120,000,000 bytes unzipped: python/numpy",
    )
