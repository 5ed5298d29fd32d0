"""Who brings whom, from the wheels' own metadata."""

from pathlib import Path

from layerforge.build.dependencies import Need, chains, dependency_graph
from layerforge.build.store import StoredWheel
from layerforge.build.wheel import check_wheel
from layerforge.facts.load import load_facts
from layerforge.lock.targets import platform_of
from layerforge.names import Architecture, PackageName, RuntimeId
from layerforge.plan.types import Target
from support.wheels import make_wheel, pin_of

ENVIRONMENT = platform_of(
    Target(runtime=RuntimeId("python3.12"), architecture=Architecture.ARM64), load_facts()
).environment


def stored(folder: Path, name: str, requires: tuple[str, ...] = ()) -> StoredWheel:
    path = make_wheel(folder, name, "1.0", files={f"{name.replace('-', '_')}.py": b""}, requires=requires)
    pin = pin_of(path)
    return StoredWheel(pin=pin, path=path, index=check_wheel(path, pin))


def test_chains_are_the_shortest_from_each_root() -> None:
    names = {letter: PackageName(letter) for letter in "abcde"}
    graph = {
        names["a"]: [names["b"], names["c"]],
        names["b"]: [names["d"]],
        names["c"]: [names["e"]],
        names["d"]: [names["e"], names["a"]],
    }
    assert chains(graph, [names["a"], names["d"]], names["e"]) == [("d", "e"), ("a", "c", "e")]
    assert chains(graph, [names["e"]], names["e"]) == [("e",)]
    assert chains(graph, [names["b"]], PackageName("zzz")) == []


def test_markers_and_extras_decide_who_needs_whom(tmp_path: Path) -> None:
    wheels = [
        stored(
            tmp_path,
            "app",
            (
                "Always",
                'never; sys_platform == "win32"',
                'only-arm; platform_machine == "aarch64"',
                'extra-dep; extra == "fast"',
                "sub[deep]",
            ),
        ),
        *(stored(tmp_path, name) for name in ("always", "never", "only-arm", "extra-dep", "deep-dep")),
        stored(tmp_path, "sub", ('deep-dep; extra == "deep"', "not-in-the-unit")),
    ]
    graph = dependency_graph(wheels, [Need(name=PackageName("app"))], ENVIRONMENT)
    assert graph[PackageName("app")] == {"always", "only-arm", "sub"}
    assert graph[PackageName("sub")] == {"deep-dep"}
    with_extra = dependency_graph(wheels, [Need(name=PackageName("app"), extras=frozenset({"fast"}))], ENVIRONMENT)
    assert "extra-dep" in with_extra[PackageName("app")]
