"""The real index: uv says where the wheels of a lock are, and they arrive."""

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from layerforge.build.fetch import fetch
from layerforge.build.progress import Silent
from layerforge.build.store import Store
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256
from layerforge.process import run

REQUIREMENTS = "aiohttp boto3 fastapi httpx jinja2 jsonschema pydantic requests rich sqlalchemy"


@pytest.mark.network
@pytest.mark.slow
def test_real_wheels_arrive(tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.in"
    wanted.write_text(REQUIREMENTS.replace(" ", "\n"))
    listing = tmp_path / "pylock.toml"
    platform = ("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28")
    options = ("--only-binary", ":all:", "--no-python-downloads", "--python", sys.executable, "--format", "pylock.toml")
    run([sys.executable, "-m", "uv", "pip", "compile", *platform, *options, "--output-file", listing, wanted])
    pins = []
    for package in tomllib.loads(listing.read_text())["packages"]:
        wheel = package["wheels"][-1]
        pins.append(
            Pin(
                name=PackageName(canonicalize_name(package["name"])),
                version=package["version"],
                file=wheel.get("name") or wheel["url"].rpartition("/")[2],
                sha256=Sha256(wheel["hashes"]["sha256"]),
            )
        )
    assert len(pins) > 20
    store = Store(tmp_path / "store")
    assert fetch(pins, store, urls={}, root=tmp_path, jobs=16, progress=Silent()) == ()
    assert all(store.open_wheel(pin).index.members for pin in pins)
    assert store.verify() == ()
