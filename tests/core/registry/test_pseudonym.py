from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.registry.pseudonym import NEUTRAL, checked_pseudonym, new_pseudonym


@pytest.mark.parametrize(
    "text",
    [
        "Case 7K3Q9T",
        "HAIC-0042",
        "P17",
        "LiTS 08",
        "patient 123456",
        "A1-B2",
        "12",
        "Figure 4/3",
        "  Case   7  ",
        "2024.17",
    ],
)
def test_codes_are_taken(text: str) -> None:
    assert checked_pseudonym(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "got nothing"),
        ("   ", "got nothing"),
        ("Müller 7", "signs other than"),
        ("王伟 7", "signs other than"),
        ("Иванов 7", "signs other than"),
        ("Doe^Jane", "signs other than"),
        ("Doe, Jane", "signs other than"),
        ("jane.doe@clinic 1", "signs other than"),
        ("Jane Doe 7", "a word of 4 letters, which may be a name"),
        ("Wang7", "a word of 4 letters"),
        ("Lee-12", "a word of 3 letters"),
        ("O2Brien", "a word of 5 letters"),
        ("JD", "letters alone"),
        ("Li Xu", "letters alone"),
        ("Case", "letters alone"),
        ("1967-04-12", "looks like a date"),
        ("12.4.67", "looks like a date"),
        ("Case 12/04/1967", "looks like a date"),
        ("19670412", "8 digits in a row"),
        ("HAIC 1234567", "7 digits in a row"),
        ("Case " + "7" * 40, "45 characters"),
    ],
)
def test_names_dates_and_numbers_are_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_pseudonym(text)
    assert reason in str(caught.value)
    assert str(caught.value).startswith("case identifier: expected a pseudonym such as Case 7K3Q9T, got ")


@given(
    st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo"]), min_size=3, max_size=12).filter(
        lambda word: word.lower() not in NEUTRAL
    ),
    st.integers(0, 999),
)
def test_no_word_of_three_letters_passes_with_any_number_or_is_repeated(word: str, number: int) -> None:
    with pytest.raises(InputError) as caught:
        checked_pseudonym(f"{word} {number}")
    reason = str(caught.value).split(", got ")[1]
    assert re.fullmatch(r"a word of \d+ letters, which may be a name|signs other than A-Z, .*", reason)


def test_new_ones_pass_and_differ() -> None:
    made = {new_pseudonym() for _ in range(500)}
    assert len(made) > 490
    assert all(checked_pseudonym(one) == one and re.fullmatch(r"Case (\d[A-Z]){3}", one) for one in made)
