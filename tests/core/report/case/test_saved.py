"""The report of a saved case: the numbers of the save, what the board decided, and what readers committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.findings import Assessment
from core.registry.board_nouns import BoardReading, BoardRecord, Call, Reveal
from core.registry.nouns import Decision, FollowUp
from core.registry.place import Place
from core.registry.store import open_registry
from core.report.case.board_part import Minutes
from core.report.case.document import case_report
from core.report.case.saved import saved_content, saved_report
from core.report.sentences import NOT_FOR_CLINICAL_USE, lead_sentence
from tests.core.registry.snapshots import snapshot, without_images
from tests.core.report.case.pdfs import reader, text_of
from tests.dashboard import builders

DAY = date(2026, 3, 4)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
READING = BoardReading(
    1, "c", "s", "R 7K", AT, Call(True, 0.7, {12: 0.8, 36: 0.41}), "both phases, 24 slices", "fusion 1.0.0"
)
MINUTES = Minutes(
    (Decision(1, DAY, "Four more sessions, <then> CT & labs.\nBack in 8 weeks."),),
    (FollowUp(1, 14.5, False),),
    BoardRecord((READING,), (Reveal(1, "c", "s", "C 9", AT, True, "fusion 1.0.0"),)),
)


def models() -> dict[str, Any]:
    return {"pre": builders.models().pre, "post": builders.models().post}


def test_a_saved_case_is_printed_with_its_board(tmp_path: Path) -> None:
    registry = open_registry(Place(tmp_path / "cases"))
    saved = registry.save("Case 7K", snapshot())
    data = saved_report(registry.snapshot(saved.key), "Case 7K", models(), "1.0.0", MINUTES, DAY)
    text, post = text_of(data), builders.assessment().post
    assert post is not None
    assert lead_sentence(post.os[36], 36) in text
    for words in (
        "Case 7K · made 2026-03-04",
        "Decided 2026-03-04: Four more sessions, <then> CT & labs. Back in 8 weeks.",
        "Follow-up: 14.5 months after the first HAIC the patient was alive.",
        "R 7K 2026-03-02 09:30 MTM (70 %) 80 % 41 % –",
        "Read from: both phases, 24 slices.",
        "Shown to all by C 9 on 2026-03-02 09:30 UTC",
        "trained on simulated tumours; not valid for patients",
    ):
        assert words in text
    for page in reader(data).pages:
        assert NOT_FOR_CLINICAL_USE in page.extract_text()
    assert sum(len(page.images) for page in reader(data).pages) == 4


def test_without_a_board_it_is_the_report_of_the_assessment() -> None:
    result = snapshot().result
    assert isinstance(result, Assessment)
    content, pictures = saved_content(snapshot(), "Case 7T")
    assert saved_report(snapshot(), "Case 7T", models(), "1.0.0", Minutes(), DAY) == case_report(
        content, pictures, models(), DAY
    )
    assert "Tumour board" not in text_of(saved_report(snapshot(), "Case 7T", models(), "1.0.0", None, DAY))


def test_values_without_images_and_a_decision_of_many_words() -> None:
    long = replace(MINUTES, decisions=(Decision(1, DAY, "Four more sessions. " * 199),))
    data = saved_report(without_images(), "Case 2", models(), "1.0.0", long, DAY)
    assert text_of(data).count("Four") == 199
    assert "No images were assessed" in text_of(data)


def test_marks_are_not_drawn_on_the_axes_of_another_version() -> None:
    with pytest.raises(InputError, match=r"expected a case saved with nomogram 2\.0\.0, got 1\.0\.0"):
        saved_report(snapshot(), "Case 1", models(), "2.0.0")
