from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.io.pacs.words import HIDDEN, KNOWN, known_words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Abdomen Portal venous 1.5 B30f", "Abdomen Portal venous 1.5 B30f"),
        ("portal_venous", "portal_venous"),
        ("THIN_ART 1.25mm ASiR-V 50%", "THIN_ART 1.25mm ASiR-V 50%"),
        ("Liver mask, research use (haic-nomogram)", "Liver mask, research use (haic-nomogram)"),
        ("\u738b\u5c0f\u660e \u52a8\u8109\u671f 1mm", f"{HIDDEN} \u52a8\u8109\u671f 1mm"),
        ("Abd ven Mueller, Hans 19370923", f"Abd ven {HIDDEN}"),
        ("born 23.9.37, Li Wu", f"{HIDDEN}"),
        ("", ""),
    ],
)
def test_known_words_stay_and_others_do_not(text: str, shown: str) -> None:
    assert known_words(text) == shown


@given(
    st.lists(
        st.sampled_from([*sorted(KNOWN)[:60], "Quillfeather", "\u05db\u05d4\u05df", "48190273", "3", "mm", "-", " "])
    )
)
def test_no_other_word_is_shown(parts: list[str]) -> None:
    shown = known_words(" ".join(parts))
    assert not any(secret in shown for secret in ("Quillfeather", "\u05db\u05d4\u05df", "48190273"))
