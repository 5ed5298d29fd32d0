"""A hostile wheel under its right digest does not get into the store, and so never into a layer."""

from pathlib import Path

import pytest

from layerforge.build.fetch import fetch
from layerforge.build.progress import Silent
from layerforge.build.store import Store
from layerforge.diagnostics import Diagnostic, FindingsError
from support.raw_zip import Raw, demo, raw_zip
from support.wheels import pin_of


def test_a_hostile_wheel_leaves_nothing_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    path.write_bytes(raw_zip(demo(Raw(name=b"../../outside", content=b"x"))))
    pin = pin_of(path)
    store = Store(tmp_path / "store")
    with pytest.raises(FindingsError) as caught:
        fetch([pin], store, urls={pin.sha256: path.as_uri()}, root=tmp_path, jobs=1, progress=Silent())
    assert caught.value.diagnostics == (
        Diagnostic(
            code="WHEEL010",
            message=f"`{path.name}` has a member with `..` in its path: `../../outside`",
            hint="it was published like this: pin another version of `demo`, or ask its publishers to mend it",
        ),
    )
    assert not store.has(pin)
    assert not list((tmp_path / "store").rglob("*.whl"))
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "store"]
