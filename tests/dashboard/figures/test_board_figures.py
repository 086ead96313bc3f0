"""Pictures of the board and the figure of its readers."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from PIL import Image

from core.case import Phase
from dashboard.figures import style
from dashboard.figures.board_pictures import heat_slices, plain_slices
from dashboard.figures.readers_over_time import readers_over_time
from tests.dashboard import builders

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = ("Share", "%{y:.0%}")


def pixels(source: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))).astype(int)


def coloured(source: str) -> int:
    """Pixels that are not grey; JPEG strays a little."""
    found = pixels(source)
    return int(((found.max(axis=2) - found.min(axis=2)) > 40).sum())


def test_slices_to_read_from_have_no_mark_and_follow_no_heat() -> None:
    made = builders.assessment()
    found = plain_slices(made, most=5)
    assert [pair.number for pair in found.pairs] == [6, 11, 16, 21, 26]
    assert found.pairs[found.start].number == 16  # the middle of the liver, not the hottest slice
    assert sum(coloured(source) for pair in found.pairs for source in pair.sources.values()) == 0
    moved = {head: replace(one, values=one.values[:, :, ::-1], hottest_slice=2) for head, one in made.heatmaps.items()}
    assert plain_slices(replace(made, heatmaps=moved), most=5) == found
    assert found.pairs[0].simulated == {Phase.ARTERIAL}


def test_without_a_liver_mask_the_whole_series_is_offered() -> None:
    found = plain_slices(replace(builders.assessment(), liver_mask=None), most=4)
    assert [pair.number for pair in found.pairs] == [1, 11, 20, 30]


def test_after_the_reveal_heat_and_outlines_are_drawn_at_the_hottest_slice() -> None:
    found = heat_slices(builders.assessment())
    assert {head: pair.number for head, pair in found.pairs.items()} == {"mtm": 19, "os3": 16}
    assert all(coloured(source) > 500 for source in found.pairs["mtm"].sources.values())
    assert found.reliability["mtm"].verdict == "reliable"


def test_readers_stand_day_by_day_once_there_are_days() -> None:
    hours = [(START + timedelta(hours=n), n + 1, 1 / (n + 1)) for n in range(4)]
    one = readers_over_time({"R1": hours}, WORDS, style.LIGHT, "light", 1.04)
    assert list(one.data[0].x) == [1, 2, 3, 4]
    days = [(START + timedelta(hours=12 * n), n + 1, 1 / (n + 1)) for n in range(6)]
    several = readers_over_time({"R1": days, "R2": hours}, WORDS, style.DARK, "dark", 1.04)
    assert several.layout.xaxis.type == "date"
    assert [at.day for at in several.data[0].x] == [5, 6, 7]
    assert list(several.data[0].y) == [1 / 2, 1 / 4, 1 / 6]
    assert [list(several.data[1].y), several.data[0].line.dash != several.data[1].line.dash] == [[1 / 4], True]
