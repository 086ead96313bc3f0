"""Of a number that is refused no more than six digits are said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.io.number_words import number_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (430, "430"),
        (-1.5, "-1.5"),
        (999_999, "999999"),
        (10**6, "a number far outside"),
        (-447700900461, "a number far outside"),
        (0.447700900461, "0.447701"),
        (10**400, "a number that is not finite"),
        (float("nan"), "a number that is not finite"),
    ],
)
def test_words(value: float, words: str) -> None:
    assert number_words(value) == words


@given(st.integers() | st.floats())
def test_never_seven_digits(value: float) -> None:
    mantissa = number_words(value).partition("e")[0].lstrip("-")
    assert len(re.sub(r"\D", "", mantissa).lstrip("0")) <= 6
