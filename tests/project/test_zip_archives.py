"""Archives that mean harm are refused before anything is written; sound ones come out as they went in."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.project import zip_archives
from compendium.project.zip_archives import ArchiveError, pack, unpack


def hostile(path: Path, name: str = "a", content: bytes = b"x", **changed: int) -> Path:
    """Write an archive with one member of which some fields are not as they should be."""
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = zip_archives.FILE_MODE << 16
        for field, value in changed.items():
            setattr(info, field, value)
        archive.writestr(info, content, compress_type=zipfile.ZIP_DEFLATED)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_packed_comes_out_and_the_same_members_give_the_same_bytes(tmp_path: Path) -> None:
    members = {"b/c.txt": b"1", "a": b"", "ə – long": b"2" * 1000}
    (tmp_path / "a.zip").write_bytes(pack(members, {"a"}))
    assert pack(dict(reversed(members.items())), ["a"]) == pack(members, {"a"})
    assert unpack(tmp_path / "a.zip", tmp_path / "out") == sorted(members)
    assert files(tmp_path / "out") == members
    assert (tmp_path / "out" / "a").stat().st_mode & stat.S_IXUSR
    assert not (tmp_path / "out" / "b" / "c.txt").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a/../../b", "a\\b", "C:a", "a//b", "./a", "..", "a\nb", "a\x1b[2J", " a", "nul\x00/../b"]
)
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    # Python's writer mends such names itself; an attacker's does not.
    stands = "X" * len(name.encode())
    path = tmp_path / "a.zip"
    path.write_bytes(pack({"fine": b"", stands: b""}).replace(stands.encode(), name.encode()))
    with pytest.raises(ArchiveError, match="a path that leads elsewhere"):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "a link or a device"),
        ({"external_attr": (stat.S_IFIFO | 0o644) << 16}, "a link or a device"),
    ],
)
def test_a_link_is_refused(tmp_path: Path, changed: dict[str, int], said: str) -> None:
    with pytest.raises(ArchiveError, match=said):
        unpack(hostile(tmp_path / "a.zip", content=b"/etc/passwd", **changed), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = hostile(tmp_path / "a.zip", content=b"\0" * 20_000_000)
    with pytest.raises(ArchiveError, match="would unpack to 20000000 bytes"):
        unpack(bomb, tmp_path / "out")
    monkeypatch.setattr(zip_archives, "MAX_MEMBERS", 0)
    with pytest.raises(ArchiveError, match="1 members; expected at most 0"):
        unpack(bomb, tmp_path / "out")


def doubled(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")


def nested(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a/b", b"2")


def damaged(path: Path) -> None:
    raw = bytearray(pack({"a": b"some words that are told by their check sum"}))
    raw[40] ^= 0xFF
    path.write_bytes(bytes(raw))


def flagged(path: Path, offset: int, value: bytes) -> None:
    raw = bytearray(pack({"a": b"1"}))
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        at = raw.index(mark) + offset + shift
        raw[at : at + len(value)] = value
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (doubled, "a member of this name came before"),
        (nested, "a member inside a file"),
        (damaged, "no sound zip archive"),
        (lambda path: path.write_bytes(b"no archive at all"), "no sound zip archive"),
        (lambda path: path.write_bytes(pack({"a": b"1" * 99})[:-30]), "no sound zip archive"),
        (lambda path: flagged(path, 6, b"\x01\x00"), "encrypted"),
        (lambda path: flagged(path, 8, b"\x63\x00"), "compressed by method 99"),
    ],
)
def test_an_archive_that_is_not_sound_is_told_in_a_sentence(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match=said):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_member_larger_than_it_says_is_told(tmp_path: Path) -> None:
    raw = bytearray(pack({"a": b"1" * 1000}))
    for mark, shift in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(mark) + shift
        raw[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(bytes(raw))
    with pytest.raises(ArchiveError, match="no sound zip archive"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert all(len(held) <= 1000 for held in files(tmp_path / "out").values())


def test_a_folder_that_lies_in_the_way_is_no_reason_to_write_over_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("mine")
    (tmp_path / "a.zip").write_bytes(pack({"a": b"theirs"}))
    with pytest.raises(OSError, match="exists"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out" / "a").read_text() == "mine"
