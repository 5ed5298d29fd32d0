"""The words of a layer that AWS shows: description, release and license, within its limits."""

from collections.abc import Iterator

from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Limits
from layerforge.plan.settings import Settings


def shown_description(settings: Settings) -> str:
    """Return the description with the release after it: ``pandas, numpy and pyarrow (2.3.0)``."""
    text, release = settings.layer.description, settings.layer.release
    if release is None:
        return text
    return f"{text} ({release})" if text else f"release {release}"


def check_texts(settings: Settings, limits: Limits) -> Iterator[Diagnostic]:
    """Yield ``PLAN016`` for a description and ``PLAN017`` for a license that AWS would refuse."""
    description, limit = shown_description(settings), limits.description_characters
    if (over := len(description) - limit) > 0:
        release = f", {len(description) - len(settings.layer.description)} of them for the release"
        yield Diagnostic(
            code="PLAN016",
            message=f"the description has {len(description)} characters{release if settings.layer.release else ''}; "
            f"AWS takes {limit}",
            location=settings.place("description" if settings.layer.description else "release"),
            hint=f"shorten it by {over}",
        )
    size, limit = len((settings.license or "").encode()), limits.license_characters
    if size > limit:
        yield Diagnostic(
            code="PLAN017",
            message=f"the license has {size} bytes in UTF-8; the AWS provider takes {limit}",
            location=settings.license_where,
            hint="write its SPDX identifier or the URL of its text",
        )
