"""Pinned what-if scenarios in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.findings import Prognosis
from dashboard.texts.survival import readings, rounded

HEADING, PIN, ALIVE_AT = "What-if scenarios", "Pin this", "Alive at"
PIN_HELP = "Keeps this prognosis as another curve to compare with, under a name of yours."
NONE = "–"
PINNED, FULL = "Pinned already.", "Four are pinned; remove one first."
NOW, SAME = "As entered now", "Same as now"
CHANGE, LABEL, BACK, REMOVE = (
    "Rename, go back to or remove a pin",
    "Name of pin {number}",
    "Enter these values",
    "Remove",
)
NOT_A_TREATMENT = (
    "A what-if is the survival of other patients, who have these values. It is not the effect of a treatment: "
    "response and sessions say what happened, they cannot be set."
)
KEPT = "Pins stay while this case is open; they are not saved with it."
OTHER_MODEL, OTHER_SCALE = "Another model: {model}", "Its points are on another scale."
SHORT_NAMES = {"mtm": "MTM", "dlr": "DLR"}
MOST_IN_LABEL, LONGEST = 2, 28
LIVED = "months_since_first_haic"


def lived(months: float | None) -> str:
    """The condition of a curve."""
    return "From the first HAIC" if months is None else f"Alive at {rounded(months)} months"


def difference(name: str, value: str, names: Mapping[str, str]) -> str:
    """One input as it is in the pin."""
    whole = {
        LIVED: value[:1].lower() + value[1:],
        "pvtt": {"yes": "PVTT", "no": "no PVTT"}.get(value, ""),
        "response": value if " or " in value else "",
        "haic_sessions": f"{value} session{'' if value == '1' else 's'}",
    }
    return whole.get(name) or f"{SHORT_NAMES.get(name, names.get(name, name))} {value}"


def label(differing: Sequence[str], other_model: str) -> str:
    """What a pin is called until the reader gives it a name: what differs from the values entered now."""
    parts = [part.split(" (")[0] for part in differing]
    if not parts:
        return other_model or SAME
    shown = 1 if other_model else MOST_IN_LABEL
    more = f" +{len(parts) - shown}" if len(parts) > shown else ""
    told = ", ".join(parts[:shown])
    told = f"{other_model}: {told}" if other_model else told
    return f"{told[: LONGEST - len(more) - 1]}…{more}" if len(told) + len(more) > LONGEST else told + more


def with_model(label: str, other_model: str) -> str:
    """The reader's own name, with the model where it is another."""
    return f"{label} ({other_model.lower()})" if other_model else label


def curves_description(pinned: Mapping[str, Prognosis]) -> str:
    """The pinned curves for screen readers, by name; "" without any."""
    return "".join(f" Pinned, {name}: {readings(prognosis)}." for name, prognosis in pinned.items())


def remark(name: str, differing: Sequence[str], other_model: str) -> str:
    """What differs from the values entered now, unless the name says it all, and whether it is another model."""
    if other_model:
        told = "; ".join([OTHER_MODEL.format(model=other_model.lower()), *differing])
        return f"{told}. {OTHER_SCALE}"
    return "" if name in (", ".join(differing), SAME) else f"{'; '.join(differing) or SAME}."
