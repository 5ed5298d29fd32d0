"""What a layer is made of, from the spec's form to the plan's."""

from pathlib import PurePosixPath

from layerforge.names import PackageName
from layerforge.plan.settings import Settings
from layerforge.plan.types import Include, PythonSource, RequirementFile, RequirementLine, RequirementList, Requirements
from layerforge.spec import sources as spec_sources


def python_source(settings: Settings) -> PythonSource:
    """Return the source of a Python layer with its defaults filled in and the places of what can turn out wrong."""
    source = settings.layer.source
    return PythonSource(
        requirements=_requirements(settings),
        include=tuple(_include(settings, index, one) for index, one in enumerate(source.include)),
        exclude=settings.exclude,
        prefer=tuple(PackageName(name) for name in source.prefer),
        executable=source.executable,
    )


def _requirements(settings: Settings) -> Requirements:
    asked = settings.layer.source.requirements
    if isinstance(asked, spec_sources.RequirementFile):
        return RequirementFile(
            path=asked.file,
            extras=asked.extras,
            groups=asked.groups,
            where=settings.place("source", "requirements", "file"),
        )
    return RequirementList(
        lines=tuple(
            RequirementLine(text=text, where=settings.place("source", "requirements", index))
            for index, text in enumerate(asked)
        )
    )


def _include(settings: Settings, index: int, include: spec_sources.Include) -> Include:
    return Include(
        path=include.path,
        to=PurePosixPath(include.path).name if include.to is None else include.to,
        where=settings.place("source", "include", index, "path"),
    )
