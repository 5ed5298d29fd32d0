"""What a strict check still takes: real writers' habits that do no harm, and the mode and digests it reads."""

import base64
import hashlib
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from layerforge.build.wheel import check_wheel
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256
from support.raw_zip import Raw, deflate, demo, extra, raw_zip
from support.wheels import make_wheel, pin_of

PIN = Pin(name=PackageName("demo"), version="1.0", file="demo-1.0-py3-none-any.whl", sha256=Sha256("0" * 64))
PACKED = len(deflate(b"x" * 9))


def with_member(name: bytes = b"demo/x", content: bytes = b"x" * 9, **fields: object) -> bytes:
    return raw_zip(demo(Raw(name=name, content=content, **fields)))  # type: ignore[arg-type]


def taken(tmp_path: Path, content: bytes) -> dict[str, tuple[bool, int]]:
    path = tmp_path / "incoming"
    path.write_bytes(content)
    index = check_wheel(path, PIN)
    with zipfile.ZipFile(path) as archive:
        for member in index.members:
            raw = content[member.offset : member.offset + member.compressed_size]
            data = zlib.decompress(raw, -15) if member.method else raw
            assert data == archive.read(member.name)
            assert (len(data), zlib.crc32(data)) == (member.size, member.crc32)
    return {member.name: (member.executable, member.method) for member in index.members}


@pytest.mark.parametrize("signature", [b"", b"PK\7\x08"])
@pytest.mark.parametrize("width", ["I", "Q"])
@pytest.mark.parametrize("known", [True, False])
def test_takes_data_descriptors(signature: bytes, width: str, known: bool, tmp_path: Path) -> None:
    content = b"x" * 9
    descriptor = signature + struct.pack(f"<I2{width}", zlib.crc32(content), PACKED, 9)
    local = {} if known else {"crc": 0, "packed": 0, "size": 0}
    found = taken(tmp_path, with_member(flags=8, descriptor=descriptor, local=local))
    assert found["demo/x"] == (False, 8)


def test_takes_zip64_sizes_in_local_headers_only_as_protobuf_has_them(tmp_path: Path) -> None:
    sizes = extra(1, struct.pack("<QQ", 9, PACKED))
    assert "demo/x" in taken(
        tmp_path, with_member(extra_in_local=sizes, local={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF})
    )


def test_takes_other_extra_fields_comments_and_stored_members(tmp_path: Path) -> None:
    found = taken(
        tmp_path, with_member(extra_in_local=extra(0x5455, b"12345"), extra_in_central=extra(0x7875, b""), comment=b"?")
    )
    assert found["demo/x"] == (False, 8)
    assert taken(tmp_path, with_member(method=0))["demo/x"] == (False, 0)


def test_takes_a_second_name_that_is_the_first(tmp_path: Path) -> None:
    same = extra(0x7075, struct.pack("<BI", 1, zlib.crc32(b"demo/x")) + b"demo/x")
    assert "demo/x" in taken(tmp_path, with_member(extra_in_central=same))


def test_takes_names_in_utf8_and_leaves_folders_out(tmp_path: Path) -> None:
    folder = Raw(name=b"demo/data/", method=0, attributes=(stat.S_IFDIR | 0o755) << 16 | 0x10)
    packed_folder = Raw(name=b"demo/more/", attributes=0)
    member = Raw(name="demo/größe.txt".encode(), content=b"x", flags=0x800)
    found = taken(tmp_path, raw_zip(demo(folder, packed_folder, member)))
    assert list(found) == [
        "demo/__init__.py",
        "demo-1.0.dist-info/METADATA",
        "demo-1.0.dist-info/WHEEL",
        "demo/größe.txt",
    ]


@pytest.mark.parametrize(
    ("attributes", "executable"),
    [
        (0o100755 << 16, True), (0o100644 << 16, False), (0o100664 << 16, False), (0o100700 << 16, True),
        (0, False), (0x20, False),
        (0o755 << 16, False),  # no file type: pip does not take its mode for one either
    ],
)  # fmt: skip
def test_takes_the_execute_bit_as_pip_does(attributes: int, executable: bool, tmp_path: Path) -> None:
    assert taken(tmp_path, with_member(attributes=attributes))["demo/x"] == (executable, 8)


def test_checks_digests_of_a_record_where_it_gives_strong_ones(tmp_path: Path) -> None:
    content = b"value = 1\n" * 20
    digest = base64.urlsafe_b64encode(hashlib.sha512(content).digest()).decode()
    rows = f"demo/__init__.py,sha512={digest},200\ndemo-1.0.dist-info/WHEEL,md5=abc,1\nabsent,sha256=abc,1\nshort\n\n"
    assert len(taken(tmp_path, raw_zip(demo(Raw(name=b"demo-1.0.dist-info/RECORD", content=rows.encode()))))) == 4


def test_members_come_in_the_order_of_their_data_not_of_the_directory(tmp_path: Path) -> None:
    members = demo()
    whole = raw_zip(members)
    begin = int.from_bytes(whole[-6:-2], "little")
    directory, end = whole[begin:-22], whole[-22:]
    first = 46 + len(members[0].name)
    found = taken(tmp_path, whole[:begin] + directory[first:] + directory[:first] + end)
    assert list(found) == [member.name.decode() for member in members]


def test_names_of_dist_info_need_not_be_normalised(tmp_path: Path) -> None:
    path = make_wheel(tmp_path, "My.Pkg-x", "1.0")
    renamed = path.with_name(path.name.replace("My.Pkg_x", "my_pkg_x"))
    path.rename(renamed)
    assert check_wheel(renamed, pin_of(renamed)).dist_info == "My.Pkg_x-1.0.dist-info"
