"""A lock file that is there already: its pins are taken, and its files are found where it says."""

import hashlib
from pathlib import Path

from support.scene import Scene

SPEC = """\
version: 1
layers:
  words:
    runtimes: [python3.12]
    split: none
    source:
      ecosystem: python
      requirements: pylock.toml
"""


def test_a_pylocks_wheels_come_from_where_it_says_although_no_index_has_them(scene: Scene, tmp_path: Path) -> None:
    wheel = scene.wheels / "beta-1.1-py3-none-any.whl"
    moved = tmp_path / "elsewhere" / wheel.name
    moved.parent.mkdir()
    wheel.rename(moved)
    digest = hashlib.sha256(moved.read_bytes()).hexdigest()
    scene.spec(SPEC)
    (scene.top / "pylock.toml").write_text(
        'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "beta"\nversion = "1.1"\n'
        f'[[packages.wheels]]\nname = "{wheel.name}"\nurl = "{moved.as_uri()}"\nhashes = {{ sha256 = "{digest}" }}\n'
    )
    scene.run("gen")
    before = scene.digests()
    (scene.top / "modules/words/artifacts/all.zip").unlink()
    scene.run("gen", "--locked", LAYERFORGE_CACHE_DIR=str(tmp_path / "cold"))
    assert scene.digests() == before
