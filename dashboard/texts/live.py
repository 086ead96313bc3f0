"""Words of the live nomogram; the component shows them as they are sent."""

from __future__ import annotations

from collections.abc import Mapping

from core.survival.tagged import Tag

HOW = "Click or drag on an axis, or move a mark with the arrow keys: the inputs follow, and the other way round."
RESPONSE_SET = "A response set here is entered as PR or SD; the inputs can make it CR or PD."
WORDS = {
    "nomogram": "Nomogram; every mark can be moved",
    "slider": "on the nomogram",
    "points": "points",
    "unset": "not known · click to set",
    "unsetSpoken": "not known; arrow keys set it",
    "waits": "once every input is known",
}
SOURCES: dict[Tag, str] = {
    "published": "cohort, published",
    "derived": "cohort, derived",
    "assumed": "cohort, assumed",
    "fitted": "cohort, fitted",
}
_KNOWN_FROM: dict[Tag, str] = {
    "published": "Published (Table 2, n = 489)",
    "derived": "Derived (the law that reproduces the published survival; the paper prints no distribution)",
    "assumed": "Assumed (no row in Table 2)",
    "fitted": "From this nomogram's own cohort",
}
BARS = "Grey bars: how the patients of the cohort lie along an axis."
SUBTYPE = "MTM is the subtype, not the score."


def mean(value: float) -> str:
    """The mean of the cohort on an axis."""
    return f"cohort mean {value:.3g}"


def cohort_note(tags: Mapping[str, Tag], names: Mapping[str, str]) -> str:
    """What the grey bars are, by where they are known from; "" without any.

    Args:
        tags: where the bars are known from, by axis.
        names: the axes in words.
    """
    groups: dict[Tag, list[str]] = {}
    for axis, tag in tags.items():
        groups.setdefault(tag, []).append(names.get(axis, axis))
    told = [f"{_KNOWN_FROM[tag]}: {', '.join(listed)}." for tag, listed in groups.items()]
    subtype = [SUBTYPE] if tags.get("mtm") == "derived" else []
    return " ".join([BARS, *told, *subtype]) if told else ""
