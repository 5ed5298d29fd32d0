"""A project with ZIPs to push and pull, and buckets on the stand-in."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from layerforge.names import LayerName, Sha256
from layerforge.operate.objects import Parcel, key_of
from support import plans
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws

EU, US = "artifacts-eu", "artifacts-us"
SPEC = """\
version: 1
regions:
  eu-west-1: {bucket: artifacts-eu}
  us-east-1: {bucket: artifacts-us}
layers:
  direct:
    runtimes: [python3.12]
    split: none
    source: {ecosystem: python, requirements: [], include: [src/own]}
  pushed:
    runtimes: [python3.12]
    split: none
    source: {ecosystem: python, requirements: [], include: [src/own]}
    publish: {via: pushed}
functions:
  job:
    runtime: python3.12
    architecture: arm64
    handler: own.main
    code: src/own
    via: pushed
"""
UNIT = plans.layer("big").units[0]


def write_project(folder: Path) -> None:
    """Write the spec and the own code that it names."""
    (folder / "src/own").mkdir(parents=True)
    (folder / "src/own/__init__.py").write_text("X = 1\n", encoding="utf-8")
    (folder / "layers.yaml").write_text(SPEC, encoding="utf-8")


def make_bucket(aws: Aws, name: str, region: str = REGION) -> None:
    """Make a bucket."""
    more = {} if region == OTHER else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws.client("s3", region).create_bucket(Bucket=name, **more)


def objects(aws: Aws, bucket: str, region: str = REGION) -> dict[str, bytes]:
    """Return what a bucket holds."""
    api: Any = aws.client("s3", region)
    listed = api.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {item["Key"]: api.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed}


def parcel(folder: Path, content: bytes, name: str = "big", *, write: bool = True) -> Parcel:
    """Return a parcel with any content, whose ZIP is here unless told otherwise."""
    unit = replace(UNIT, layer=LayerName(name))
    path = folder / name / "all.zip"
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    digest = Sha256(hashlib.sha256(content).hexdigest())
    return Parcel(
        unit=unit,
        path=path,
        shown=f"{name}/all.zip",
        sha256=digest,
        size=len(content),
        region=REGION,
        bucket=EU,
        key=key_of("layers", unit, digest),
    )
