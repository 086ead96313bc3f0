from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from core.errors import InputError
from core.registry.database import connect
from core.registry.place import DATABASE_VARIABLE, FOLDER_VARIABLE, Place, find_place, prepare
from core.registry.store import open_registry
from tests.core.registry.snapshots import snapshot


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (FOLDER_VARIABLE, DATABASE_VARIABLE, "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_folder_given_then_variable_then_data_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert find_place().folder == tmp_path / ".local" / "share" / "haic-nomogram"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert find_place().folder == tmp_path / "data" / "haic-nomogram"
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cases"))
    assert find_place().folder == tmp_path / "cases"
    assert find_place(tmp_path / "named").folder == tmp_path / "named"


def test_a_relative_data_home_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert find_place().folder == tmp_path / ".local" / "share" / "haic-nomogram"


def test_the_url_with_its_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://user:secret@localhost/cases")
    assert find_place().url.startswith("postgresql://")
    assert "secret" not in repr(find_place())


def test_everything_is_for_the_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        folder = tmp_path / "deep" / "cases"
        open_registry(Place(folder)).save("Case 1", snapshot())
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert len(modes) > 8
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_an_empty_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir(mode=0o755)
    prepare(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_with_something_in_it_is_refused_not_changed(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="only its owner can enter"):
        open_registry(Place(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "cases", tmp_path / "file"):
        with pytest.raises(InputError, match="folder of saved cases"):
            prepare(place)


@pytest.mark.parametrize(
    "url", ["mysql://me:secret@localhost/x", "sqlite:///x", "secret", "postgresql+psycopg://secret@h/x", "http://h"]
)
def test_other_databases_are_refused_without_repeating_the_url(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        connect(Place(tmp_path, url))
    assert "cases database: expected a URL" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "encrypted"),
    [
        ("postgresql://u:p@localhost/cases", False),
        ("postgresql://u:p@127.0.0.1:5433/cases", False),
        ("postgresql://u@/cases?unix_sock=/run/postgresql/.s.PGSQL.5432", False),
        ("postgresql://u:p@db.hospital.example/cases", True),
    ],
)
def test_another_machine_is_asked_only_with_a_checked_certificate(url: str, encrypted: bool) -> None:
    from sqlalchemy import make_url

    from core.registry.database import _encrypted

    found = _encrypted(make_url(url))
    assert ("ssl_context" in found) is encrypted
    if encrypted:
        assert found["ssl_context"].check_hostname


def test_a_server_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(InputError, match="cases database: expected one that answers, got a lost connection"):
        open_registry(Place(tmp_path / "cases", "postgresql://u:secret@127.0.0.1:1/cases"))
