"""One DICOM data set without identifiers: PS3.15 Annex E, basic application level confidentiality profile.

On every level of nesting: private attributes, overlays and curves go; what table E.1-1 lists is done as it says; of
what is left, texts stay only where they are known words, UIDs only where DICOM registers them, numbers where they are
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.io.deid.key import CaseKey
from core.io.deid.moments import moved_moments
from core.io.deid.pixels import clean_pixels
from core.io.deid.table import Action, action_for
from core.io.deid.tally import CURVES, OVERLAYS, PRIVATE, UNKNOWN, UNREADABLE, Tally
from core.io.deid.words import CUT_DOWN, coded

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

METHOD = "haic-nomogram: PS3.15 basic profile"
_METHOD_CODES = ("113100", "113105", "113107")  # basic profile; clean descriptors; modified dates (PS3.16, CID 7050)
_NUMBERS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "US or SS": 2, "AT": 4}
"""Binary numbers and the bytes of one."""
_MOMENTS = frozenset({"DA", "TM", "DT"})
_LARGEST_NUMBER = 10**6  # no count, position or setting of a CT is longer, but hospital numbers are
_TOO_SHORT = 4
_PIXELS = (0x7FE0, 0x0010)
_LABELS = frozenset({"StackID"})
_DEEPEST = 30


def deidentify(dataset: Dataset, key: CaseKey) -> Tally:
    """Take the identifiers out of `dataset`, in place, and say which attributes were changed.

    Meta information and preamble are not touched: write it with `core.io.deid.files`.

    Raises:
        ValueError: nested deeper than any image is.
    """
    tally = Tally(files=1)
    _level(dataset, key, tally, 0)
    _mark(dataset)
    return tally


def _level(dataset: Dataset, key: CaseKey, tally: Tally, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("a data set nested too deeply")
    moments = moved_moments(dataset, key)
    for tag in list(dataset.keys()):
        element = None if _never(tag) else _read(dataset, tag)
        if element is None:
            _drop(dataset, tag, _never(tag) or UNREADABLE, tally)
        elif (tag.group, tag.element) == _PIXELS:
            clean_pixels(dataset, tally)
        elif element.VR == "SQ":
            _sequence(dataset, element, key, tally, depth)
        else:
            _value(dataset, element, key, tally, moments)
    for keyword, text in moments.items():
        setattr(dataset, keyword, text)


def _read(dataset: Dataset, tag: Any) -> DataElement | None:
    """None for a value that is none of its kind, such as a name where a number belongs."""
    try:
        found: DataElement = dataset[tag]
        return found
    except Exception:  # pydicom raises many kinds for damaged values; all mean the same
        return None


def _never(tag: Any) -> str:
    """What is never let through, by what it is called in the preview; "" for everything else."""
    if tag.is_private:
        return PRIVATE
    if tag.group & 0xFF00 == 0x6000:
        return OVERLAYS
    return CURVES if tag.group & 0xFF00 == 0x5000 else ""


def _drop(dataset: Dataset, tag: Any, name: str, tally: Tally) -> None:
    del dataset[tag]
    tally.removed[name] += 1


def _sequence(dataset: Dataset, element: DataElement, key: CaseKey, tally: Tally, depth: int) -> None:
    """Its items one by one; all of it goes where the table wants it gone or emptied."""
    rule = action_for(element.tag.group, element.tag.element)
    if rule is not None and rule[0] is not Action.MAP_UID:
        _drop(dataset, element.tag, _name(element), tally)
        return
    for item in element.value:
        _level(item, key, tally, depth + 1)
    kept = [item for item in element.value if not _says_nothing(item)]
    if not any(kept):
        del dataset[element.tag]
    elif len(kept) < len(element.value):
        element.value = kept


def _says_nothing(item: Dataset) -> bool:
    """True for a code of which nothing is left."""
    return "CodeMeaning" in item and not item.CodeMeaning and not item.get("CodeValue")


def _value(dataset: Dataset, element: DataElement, key: CaseKey, tally: Tally, moments: Mapping[str, str]) -> None:
    before, name = _said(element), _name(element)
    if element.VR in _MOMENTS:
        if element.keyword not in moments:
            _emptied(dataset, element)
            tally.removed[name] += bool(before)
        else:
            tally.replaced[name] += 1
        return
    _changed(dataset, element, key)
    after = _said(dataset[element.tag]) if element.tag in dataset else ""
    if before and after in ("", "ANONYMIZED"):
        tally.removed[name] += 1
    elif before != after:
        tally.replaced[name] += 1


def _changed(dataset: Dataset, element: DataElement, key: CaseKey) -> None:
    """Give it the value it may have, or take it away."""
    rule = action_for(element.tag.group, element.tag.element)
    if element.keyword in ("PatientID", "PatientName"):
        person = key.person(str(dataset.get("PatientID", "") or "") or str(dataset.get("PatientName", "") or ""))
        element.value = f"{person}^" if person and element.VR == "PN" else person
    elif element.keyword in CUT_DOWN:
        element.value = CUT_DOWN[element.keyword](str(element.value or ""))
    elif element.keyword in _LABELS:
        element.value = key.label(str(element.value or ""))
    elif element.VR == "UI":
        element.value = [key.uid(one) for one in _values(element)]
    elif rule is None:
        _sieved(dataset, element)
    elif rule[0] is Action.REMOVE or element.VR not in ("LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE"):
        _emptied(dataset, element) if rule[0] is Action.EMPTY else dataset.__delitem__(element.tag)
    else:
        rule[1](dataset, (element.tag.group, element.tag.element))


def _sieved(dataset: Dataset, element: DataElement) -> None:
    """What the table does not list: numbers and known words stay."""
    if element.VR in _NUMBERS and _says_no_more_than_a_number(element):
        return
    if element.VR in ("IS", "DS") and all(map(_is_number, _values(element))):
        return
    known = [word for word in map(coded, _values(element)) if word] if element.VR == "CS" else []
    if known:
        element.value = known if len(known) > 1 else known[0]
    else:
        del dataset[element.tag]


def _says_no_more_than_a_number(element: DataElement) -> bool:
    """Two short numbers at most, or numbers under a million that no letters and digits make: eight of them are no
    double between .001 and a million, and four no whole number under a million. Tags are those of DICOM's dictionary.
    """
    values = _values(element)
    is_short = len(values) * _NUMBERS[element.VR] <= _TOO_SHORT
    if element.VR == "AT":
        return is_short and _is_known_tag(element.value)
    if element.VR in ("UL", "SL") or (is_short and element.VR == "FL"):
        return all(map(_is_number, values))
    if is_short:
        return True
    return element.VR == "FD" and all(_is_number(one) and (not float(one) or abs(float(one)) >= 1e-3) for one in values)


def _is_known_tag(value: Any) -> bool:
    from pydicom.datadict import dictionary_has_tag

    return value is None or (isinstance(value, int) and dictionary_has_tag(value))


def _is_number(text: str) -> bool:
    """A finite number under a million, in the digits that DICOM has."""
    try:
        is_finite = math.isfinite(float(text)) and abs(float(text)) < _LARGEST_NUMBER
    except ValueError:
        return not text
    return is_finite and text.isascii() and "_" not in text


def _emptied(dataset: Dataset, element: DataElement) -> None:
    """Of study, series and patient DICOM wants these present, if empty; all others go."""
    rule = action_for(element.tag.group, element.tag.element)
    if rule is not None and rule[0] is Action.EMPTY and element.VR not in {*_NUMBERS, "OB", "UN", "IS", "DS"}:
        element.value = ""
    else:
        del dataset[element.tag]


def _values(element: DataElement) -> list[str]:
    value = element.value
    if value is None:
        return []
    return [str(value)] if isinstance(value, str | int | float) else [str(one) for one in value]


def _said(element: DataElement) -> str:
    """For comparison only: whether a value is another one than before."""
    return "" if element.value is None else str(element.value)


def _name(element: DataElement) -> str:
    from pydicom.datadict import dictionary_description

    try:
        return dictionary_description(element.tag)
    except KeyError:
        return UNKNOWN


def _mark(dataset: Dataset) -> None:
    """Say that and how it was done (PS3.3, C.12.1)."""
    from pydicom.dataset import Dataset as Item

    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientIdentityRemoved = "YES"
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethod = METHOD
    dataset.DeidentificationMethodCodeSequence = [Item() for _ in _METHOD_CODES]
    for item, code in zip(dataset.DeidentificationMethodCodeSequence, _METHOD_CODES, strict=True):
        item.CodeValue, item.CodingSchemeDesignator = code, "DCM"
        item.CodeMeaning = _MEANINGS[code]


_MEANINGS = {
    "113100": "Basic Application Confidentiality Profile",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
}
