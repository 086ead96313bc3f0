"""Zip files: whatever is wrong with them ends in one sentence, and nothing is written outside."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from core.errors import InputError
from core.io.archive import extracted
from core.io.series import read_series

ROLE = "portal-venous series"


def zip_of(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_series(path, ROLE)
    text = str(caught.value)
    assert text.startswith(ROLE)
    assert "JANE" not in text
    assert "\n" not in text
    return text


def test_members_come_out_in_order_under_numbers_and_vanish(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"z/JANE.dcm": b"one", "a.dcm": b"two", "__MACOSX/x": b"", "d/.DS_Store": b"x"})
    with extracted(path, ROLE) as folder:
        assert [(p.name, p.read_bytes()) for p in sorted(folder.iterdir())] == [("000001", b"one"), ("000002", b"two")]
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../JANE", "/etc/JANE", "a/../../JANE", "..\\JANE", "C:\\JANE", "C:/JANE"])
def test_paths_that_leave_the_zip_are_refused(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "a.zip", {"fine": b"", name: b"x"})
    assert refusal(path) == f"{ROLE}, file 2 of 2: expected a path inside the zip, got one that leaves it"


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("JANE")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "expected a plain file, got a link" in refusal(tmp_path / "a.zip")


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path / "a.zip", {"JANE.dcm": b"x" * 50}).read_bytes())
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert "expected a zip without password, got an encrypted file" in refusal(tmp_path / "a.zip")


def test_bomb_is_refused_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.io.archive.BOMB_BYTES", 2**20)
    assert "(a zip bomb)" in refusal(zip_of(tmp_path / "a.zip", {"JANE": bytes(2**22)}))


def test_real_bomb_ratio_is_refused(tmp_path: Path) -> None:
    """Headers that declare 1 GiB out of a few bytes, as a bomb does; nothing of it is ever unpacked."""
    content = bytearray(zip_of(tmp_path / "a.zip", {"JANE": bytes(1000)}).read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (2**30).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content)
    assert "got 1024 MiB out of" in refusal(tmp_path / "a.zip")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.io.archive.MAX_FILES", 3)
    assert "at most 3 files, got 5" in refusal(zip_of(tmp_path / "a.zip", {f"{n}": b"" for n in range(5)}))


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_truncated_zip_is_refused(tmp_path: Path, kept: float) -> None:
    content = zip_of(tmp_path / "a.zip", {f"{n}": bytes(range(256)) for n in range(9)}).read_bytes()
    (tmp_path / "a.zip").write_bytes(content[: int(kept * len(content))])
    assert "got a truncated or damaged one" in refusal(tmp_path / "a.zip")


def test_wrong_checksum_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path / "a.zip", {"JANE": b"abcdef" * 20}, zipfile.ZIP_STORED).read_bytes())
    content[content.index(b"abcdef")] ^= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert "got a truncated or damaged one" in refusal(tmp_path / "a.zip")


def test_zips_without_images_are_refused(tmp_path: Path) -> None:
    assert "got no files" in refusal(zip_of(tmp_path / "a.zip", {}))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", "y")
    assert "got a zip" in refusal(zip_of(tmp_path / "b.zip", {"JANE.zip": inner.getvalue()}))
    assert "got 2 files of other kinds" in refusal(zip_of(tmp_path / "c.zip", {"a": b"", "b": b"JANE"}))


def test_lzma_is_refused_as_its_head_may_ask_for_any_memory(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"fine": b"x", "JANE": b"y"}, zipfile.ZIP_LZMA)
    assert refusal(path) == f"{ROLE}, file 1 of 2: expected a stored or deflated file, got compression 14"


def test_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path / "a.zip", {"a": b"x"}).read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 28 : at + 30] = b"\0\0"
    del content[at + 46]
    (tmp_path / "a.zip").write_bytes(content)
    assert refusal(tmp_path / "a.zip").startswith(f"{ROLE}: expected ")


@pytest.mark.parametrize("change", [(16, 2**31), (42, 2**31), (24, 0), (10, 99)])
def test_lying_headers_end_in_a_sentence(tmp_path: Path, change: tuple[int, int]) -> None:
    content = bytearray(zip_of(tmp_path / "a.zip", {"a": bytes(99)}).read_bytes())
    at, width = content.index(b"PK\x01\x02") + change[0], 2 if change[0] == 10 else 4
    content[at : at + width] = change[1].to_bytes(width, "little")
    (tmp_path / "a.zip").write_bytes(content)
    assert "expected " in refusal(tmp_path / "a.zip")
