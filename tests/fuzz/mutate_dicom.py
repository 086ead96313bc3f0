"""Changes to DICOM files element by element. The reader here is of explicit little endian only, on purpose plain."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from random import Random

from tests.fuzz.mutate import INTERESTING, NUMBERS, TEXTS, mutated_bytes

_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"})
_VRS = (b"US", b"SS", b"UL", b"SL", b"FL", b"FD", b"DS", b"IS", b"CS", b"LO", b"SH", b"PN", b"UI", b"DA", b"TM", b"DT")
_VRS_TOO = (b"OB", b"OW", b"SQ", b"UN", b"UT", b"AT", b"LT", b"AE", b"AS", b"ZZ", b"\0\0")
_UNDEFINED = 0xFFFFFFFF
_DIMENSIONS = (
    (0x0028, 0x0008),
    (0x0028, 0x0010),
    (0x0028, 0x0011),
    (0x0028, 0x0002),
    (0x0028, 0x0100),
    (0x0028, 0x0101),
)
_SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
             "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
             "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201", "1.2.3", "")  # fmt: skip


@dataclass
class Element:
    """An element; of a sequence the items."""

    tag: tuple[int, int]
    vr: bytes
    value: bytes = b""
    items: list[list[Element]] | None = None
    undefined: bool = False
    length: int | None = None  # said instead of the true one
    extra: bytes = field(default=b"")


def parsed(data: bytes) -> tuple[bytes, list[Element]]:
    """Preamble and elements of an explicit little endian file.

    Raises:
        ValueError: it is none.
    """
    start = 132 if data[128:132] == b"DICM" else 0
    try:
        elements, _ = _elements(data, start, len(data), 0)
    except (struct.error, IndexError) as error:
        raise ValueError("no such file") from error
    return data[:start], elements


def _elements(data: bytes, at: int, end: int, depth: int) -> tuple[list[Element], int]:
    found: list[Element] = []
    while at < end:
        group, number = struct.unpack_from("<HH", data, at)
        if group == 0xFFFE:
            return found, at + 8
        vr = data[at + 4 : at + 6]
        if not vr.isalpha() or depth > 50:
            raise ValueError("not explicit little endian")
        if vr in _LONG:
            length, at = struct.unpack_from("<I", data, at + 8)[0], at + 12
        else:
            length, at = struct.unpack_from("<H", data, at + 6)[0], at + 8
        one = Element((group, number), vr)
        if vr == b"SQ":
            one.items, at = _items(data, at, length, depth)
        elif length == _UNDEFINED:
            stop = data.find(b"\xfe\xff\xdd\xe0\0\0\0\0", at)
            stop = stop + 8 if stop >= 0 else len(data)
            one.value, one.undefined, at = data[at:stop], True, stop
        else:
            one.value, at = data[at : at + length], at + length
        found.append(one)
    return found, at


def _items(data: bytes, at: int, length: int, depth: int) -> tuple[list[list[Element]], int]:
    items: list[list[Element]] = []
    end = len(data) if length == _UNDEFINED else at + length
    while at < end:
        group, number, size = struct.unpack_from("<HHI", data, at)
        at += 8
        if (group, number) == (0xFFFE, 0xE0DD):
            return items, at
        inner, at = _elements(data, at, len(data) if size == _UNDEFINED else at + size, depth + 1)
        items.append(inner)
    return items, at


def written(preamble: bytes, elements: list[Element]) -> bytes:
    """The file of these elements."""
    return preamble + b"".join(_written(one) for one in elements)


def _written(one: Element) -> bytes:
    value = one.value
    if one.items is not None:
        bodies = [b"".join(_written(inner) for inner in item) for item in one.items]
        value = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(body)) + body for body in bodies)
    length = _UNDEFINED if one.undefined else len(value)
    length = length if one.length is None else one.length
    head = struct.pack("<HH", *one.tag) + one.vr
    if one.vr in _LONG:
        return head + b"\0\0" + struct.pack("<I", length & _UNDEFINED) + value + one.extra
    if length > 0xFFFF:
        value, length = value[:0xFFFE], min(length, 0xFFFE)
    return head + struct.pack("<H", length & 0xFFFF) + value + one.extra


def mutated_dicom(data: bytes, random: Random) -> bytes:
    """Some elements changed; what is not explicit little endian as bytes."""
    if random.randint(0, 9) == 0:
        return mutated_bytes(data, random)
    try:
        preamble, elements = parsed(data)
    except (ValueError, RecursionError):
        return mutated_bytes(data, random)
    for _ in range(random.randint(1, 4)):
        _change(elements, random)
    return written(preamble, elements)


def _holders(elements: list[Element]) -> list[tuple[list[Element], int]]:
    found, left = list[tuple[list[Element], int]](), [elements]
    while left:
        level = left.pop()
        for number, one in enumerate(level):
            found.append((level, number))
            left.extend(one.items or [])
    return found


def _change(elements: list[Element], random: Random) -> None:
    places = _holders(elements)
    if not places:
        return
    level, number = places[random.randint(0, len(places) - 1)]
    if random.randint(0, 3) == 0:  # often where sizes are declared
        places = [place for place in places if place[0][place[1]].tag in _DIMENSIONS] or places
        level, number = places[random.randint(0, len(places) - 1)]
    one = level[number]
    match random.randint(0, 9):
        case 0 | 1 | 2 | 3:
            _new_value(one, random)
        case 4:
            del level[number]
        case 5:
            level.insert(number, one)
        case 6:
            one.vr = random.choice((*_VRS, *_VRS_TOO))
        case 7:
            one.length = random.choice((*INTERESTING, len(one.value) + 2, max(len(one.value) - 2, 0)))
        case 8:
            _new_items(one, random)
        case _:
            one.tag = random.choice(
                ((0x0010, 0x0010), (0x7FE0, 0x0010), (0x5200, 0x9230), (0x0009, 0x0010), one.tag, (0x0002, 0x0010))
            )


def _new_value(one: Element, random: Random) -> None:
    if one.items is not None:
        _new_items(one, random)
        return
    if one.tag == (0x0002, 0x0010) or (one.vr == b"UI" and random.randint(0, 3) == 0):
        text = random.choice(_SYNTAXES)
        one.value = text.encode() + b"\0" * (len(text) % 2)
        return
    if one.tag == (0x7FE0, 0x0010) or random.randint(0, 7) == 0:
        one.value = mutated_bytes(one.value, random)
        return
    match one.vr:
        case b"US" | b"SS":
            one.value = struct.pack("<H", random.choice(INTERESTING) & 0xFFFF) * random.choice((0, 1, 1, 1, 2))
        case b"UL" | b"SL" | b"AT":
            one.value = struct.pack("<I", random.choice(INTERESTING) & 0xFFFFFFFF) * random.choice((0, 1, 1, 2))
        case b"FL":
            one.value = struct.pack("<f", random.choice((0.0, float("nan"), float("inf"), -1.0, 1e30)))
        case b"FD":
            one.value = struct.pack("<d", random.choice((0.0, float("nan"), float("inf"), -1.0, 1e300, 5e-324)))
        case b"DS" | b"IS":
            texts = [random.choice(NUMBERS) for _ in range(random.choice((1, 1, 2, 3, 6)))]
            one.value = _even("\\".join(texts))
        case _:
            one.value = _even(random.choice((*TEXTS, *NUMBERS)))


def _new_items(one: Element, random: Random) -> None:
    if one.items is None:
        one.vr, one.items, one.value = b"SQ", [[]], b""
    match random.randint(0, 4):
        case 0:
            one.items = []
        case 1:
            one.items = one.items + one.items[:1] * random.choice((1, 3, 50))
        case 2:
            one.items = [[]]
        case 3 if one.items:
            one.items.pop(random.randint(0, len(one.items) - 1))
        case _:
            for _ in range(random.choice((1, 10, 40, 200))):
                inner = Element(one.tag, b"SQ", items=one.items)
                one.items = [[inner]]


def nested(tag: tuple[int, int], depth: int) -> bytes:
    """A sequence within itself, `depth` times, of undefined lengths: 20 bytes a level."""
    head = struct.pack("<HH", *tag) + b"SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    return head * depth + (b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0") * depth


def _even(text: str) -> bytes:
    content = text.encode("utf-8", "surrogatepass")
    return content + b" " * (len(content) % 2)
