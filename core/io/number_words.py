"""A number that is refused, as it may be said: enough of it to find it, too little to be somebody's number."""

from __future__ import annotations

_FAR = 10**6  # no value of a patient's is larger, but hospital numbers are


def number_words(value: float) -> str:
    """Six digits of a number under a million; of a larger one only that it is.

    A table or record may hold a hospital number or a telephone where a value belongs, and refusals stand on pages and
    in logs.
    """
    if value != value or abs(value) > 1e300:
        return "a number that is not finite"
    return f"{value:.6g}" if abs(value) < _FAR else "a number far outside"
