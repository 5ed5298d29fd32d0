"""Whoever is killed whenever: the next run gives what the lock says, and the store is sound."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from support.scene import Scene

KILLER = textwrap.dedent(
    """
    import builtins, os, signal, sys
    left = int(sys.argv.pop(1))

    def deadly(function):
        def call(*args, **kwargs):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return call

    for name in ("fsync", "replace", "rename", "unlink", "write", "pwrite", "mkdir", "open", "link"):
        setattr(os, name, deadly(getattr(os, name)))
    from layerforge.__main__ import main
    sys.exit(main())
    """
)


def run_deadly(scene: Scene, after: int, *argv: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(after), *argv],
        cwd=scene.top,
        env=scene.environment(),
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.slow
def test_killed_at_every_boundary_of_a_cold_locked_gen(scene: Scene, tmp_path: Path) -> None:
    scene.run("gen")
    wanted = scene.tree()
    survived, after = False, 0
    while not survived:
        after += 1
        assert after < 400, "a run that never ends cannot be killed at its every boundary"
        for path in (*scene.top.glob("modules/*/artifacts/*.zip"), *scene.top.glob("modules/*/*.tf")):
            path.unlink()
        scene.env = {"LAYERFORGE_CACHE_DIR": str(tmp_path / f"cache{after % 2}")}
        code = run_deadly(scene, after, "gen", "--locked", "--jobs", "1")
        assert code in {0, -signal.SIGKILL}
        survived = code == 0
        if after % 5 == 0 or survived:
            scene.run("gen", "--locked")
            assert scene.tree() == wanted, f"killed at boundary {after}"
            assert "the store is sound" in scene.run("cache", "verify").stderr
    assert after > 20


@pytest.mark.slow
def test_eight_at_once_all_succeed(scene: Scene) -> None:
    scene.run("lock")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "layerforge", "gen"],
            cwd=scene.top,
            env=scene.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(8)
    ]
    said = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 8, said
    together = scene.digests()
    for path in scene.top.glob("modules/*/artifacts/*.zip"):
        path.unlink()
    scene.run("gen", "--locked")
    assert scene.digests() == together
    assert not list(scene.top.glob("modules/words/artifacts/.*"))
