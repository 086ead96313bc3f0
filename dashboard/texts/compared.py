"""Two saved cases side by side, in words."""

from __future__ import annotations

from dataclasses import fields

from core.case import ClinicalRecord
from core.registry.nouns import Reading
from dashboard.texts import labels
from dashboard.texts.cases import OUTCOME_MODELS
from dashboard.texts.survival import percent, percent_range, signed, time_span
from dashboard.texts.values import score_value, word, yes_no

Row = tuple[str, str, str, str]
DIFFERENCE = "Difference"
INPUTS = ("pvtt", "response", "haic_sessions", "months_since_first_haic")
CURVES = (
    "Curves by the nomogram after HAIC where the response is known, else by the one before it; of a patient known to "
    "have lived for some time, from then on. The table counts from the first HAIC for both. As saved."
)


def beside(first: str, second: str) -> str:
    """What the comparison is of."""
    return f"{first} beside {second}"


def comparison(first: Reading, second: Reading) -> list[Row]:
    """Name, both values, and how the second differs, for all that moves the result and for all else that differs."""
    rows = [_clinical(name, first, second) for name in INPUTS]
    rows += [_scores(name, first, second) for name in ("mtm", "dlr")]
    for model in ("pre", "post"):
        rows += _survival(model, first, second)
    others = [field.name for field in fields(ClinicalRecord) if field.name not in INPUTS]
    rows += [row for row in (_clinical(name, first, second) for name in others) if row[1] != row[2]]
    rows += _liver(first, second)
    return rows


def _clinical(name: str, first: Reading, second: Reading) -> Row:
    member = ClinicalRecord.__dataclass_fields__[name]
    unit = member.metadata["unit"]
    name_of_it = str(member.metadata["label"])
    said = unit in ("", "count", "ratio", "0-4") or name_of_it.startswith(unit.capitalize())
    label = name_of_it if said else f"{name_of_it} ({unit})"
    one, other = (getattr(reading.clinical, name) for reading in (first, second))
    return label, _value(one), _value(other), _numbers_apart(one, other)


def _value(value: object) -> str:
    if value is None or isinstance(value, bool):
        return yes_no(value)
    return word(value) if isinstance(value, str) else f"{value:.6g}"


def _numbers_apart(one: object, other: object) -> str:
    numbers = [value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or numbers[0] == numbers[1]:
        return ""
    return _signed(numbers[1] - numbers[0], "{:.6g}")


def _scores(name: str, first: Reading, second: Reading) -> Row:
    one, other = (getattr(reading.scores, name) for reading in (first, second))
    apart = "" if one is None or other is None else _signed(other.value - one.value, "{:.2f}")
    return f"{name.upper()} score", score_value(one), score_value(other), apart


def _survival(model: str, first: Reading, second: Reading) -> list[Row]:
    one, other = (getattr(reading, model) for reading in (first, second))
    if one is None and other is None:
        return []
    when, rows = OUTCOME_MODELS[model], []
    for months in sorted({*(one.os if one else ()), *(other.os if other else ())}):
        found = [prognosis.os.get(months) if prognosis else None for prognosis in (one, other)]
        told = [labels.UNKNOWN if s is None else f"{percent(s)[0]} ({percent_range(s)})" for s in found]
        both = [s.value for s in found if s is not None]
        apart = _signed(100 * (both[1] - both[0]), "{:.0f}", " points") if len(both) == 2 else ""
        rows.append((f"Alive at {time_span(months)}, {when}", told[0], told[1], apart))
    groups = [labels.UNKNOWN if p is None else labels.GROUP_NAMES[p.risk_group] for p in (one, other)]
    predictors = [labels.UNKNOWN if p is None else signed(p.linear_predictor) for p in (one, other)]
    apart = _signed(other.linear_predictor - one.linear_predictor, "{:.2f}") if one and other else ""
    return [*rows, (f"Linear predictor, {when}", *predictors, apart), (f"Risk group, {when}", *groups, "")]  # type: ignore[list-item]


def _liver(first: Reading, second: Reading) -> list[Row]:
    one, other = first.liver, second.liver
    if one is None and other is None:
        return []
    told = [labels.UNKNOWN if liver is None else f"{liver.volume_ml:.0f} mL" for liver in (one, other)]
    apart = _signed(other.volume_ml - one.volume_ml, "{:.0f}", " mL") if one and other else ""
    return [("Liver", told[0], told[1], apart)]


def _signed(change: float, form: str, unit: str = "") -> str:
    amount = form.format(abs(change))
    sign = "" if float(amount) == 0 else "+" if change > 0 else "−"
    return f"{sign}{amount}{unit}"
