from pathlib import Path

import numpy as np
import pytest

from core.train.cohort.store import Clock, key_of, made_once, read_json, seconds_in, sha256_of, write_json


def test_a_key_depends_on_every_part_and_on_nothing_else() -> None:
    one = key_of(1, {"a": 0.1, "b": [True, None]}, ("x", np.float64(2.5)))
    assert one == key_of(1, {"b": [True, None], "a": 0.1}, ("x", 2.5))
    assert len({one, key_of(2, {"a": 0.1, "b": [True, None]}, ("x", 2.5)), key_of(1, {"a": 0.2}, ("x", 2.5))}) == 3
    with pytest.raises(TypeError, match="plain data, got object"):
        key_of(object())


def test_a_folder_is_hashed_with_the_places_of_its_files(tmp_path: Path) -> None:
    for folder, name in (("a", "one"), ("b", "one"), ("c", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"voxels")
    same, other = sha256_of(tmp_path / "a"), sha256_of(tmp_path / "c")
    assert same == sha256_of(tmp_path / "b")
    assert same != other
    assert sha256_of(tmp_path / "a" / "one") == sha256_of(tmp_path / "c" / "two")


def test_what_was_cut_off_leaves_nothing_under_its_name_and_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "made"

    def cut_off(part: Path) -> None:
        (part / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_once(folder, cut_off)
    assert not folder.exists()
    assert made_once(folder, lambda part: write_json(part / "whole.json", {"a": 1}))
    assert [path.name for path in folder.iterdir()] == ["whole.json"]
    assert not made_once(folder, cut_off)
    assert read_json(folder / "whole.json") == {"a": 1}


def test_a_clock_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    path = tmp_path / "seconds.json"
    assert seconds_in(path) == 0
    write_json(path, 100.0)
    clock = Clock(path)
    clock.started -= 5
    assert clock.tick() == pytest.approx(105, abs=1)
    assert clock.tick() == pytest.approx(105, abs=1)
    assert seconds_in(path) == pytest.approx(105, abs=1)
