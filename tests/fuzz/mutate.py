"""Changes to bytes, tables and trees; formats of their own have theirs in `mutate_dicom` and with their doors."""

from __future__ import annotations

import csv
import io
import json
from random import Random
from typing import Any

NUMBERS = (
    *("0", "-1", "1e309", "-1e309", "nan", "inf", "-inf", "1e-320", "0.1", "1", "2147483648", "18446744073709551616"),
    *("-0", "0x10", "1_000", "1,5", "1.234", "1e5", "12e", "٣", "１", "+5", " 7"),
    *("1" * 400, "9" * 5000, "1e" + "9" * 40),
)  # fmt: skip
TEXTS = (
    *("", " ", "\0", "\ufeff", "JANE DOE", "\ud800", "é", "\u202e", "a" * 70, "b" * 5000, "../../JANE", "/JANE"),
    *("\\", "\n", "\r", '"', "'", ",", ";", "\t", "{}", "[]", "null", "true", "NaN", "%s", "%n", "<b>"),
    *("C:\\JANE", "\x85", "=1+1"),
    *("\u2028", "２", "none", "n/a", "CT", "liver", "2024-01-01", "1.2.3", "x" * 140000),
)  # fmt: skip
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)


def mutated_bytes(data: bytes, random: Random) -> bytes:
    """A few bytes flipped, cut, doubled, or numbers that are seldom thought of in their place."""
    content = bytearray(data)
    for _ in range(random.randint(1, 4)):
        place = random.randint(0, len(content)) if content else 0
        length = min(random.choice((1, 1, 2, 4, 8, 32, 200)), max(len(content) - place, 0))
        match random.randint(0, 6):
            case 0 if length:
                content[place] ^= 1 << random.randint(0, 7)
            case 1:
                del content[place : place + length]
            case 2:
                content[place:place] = content[place : place + length] * random.choice((1, 1, 2, 50))
            case 3:
                width = random.choice((1, 2, 4, 8))
                number = random.choice(INTERESTING) & ((1 << 8 * width) - 1)
                content[place : place + width] = number.to_bytes(width, random.choice(("little", "big")))
            case 4:
                del content[place:]
            case 5:
                content[place : place + length] = bytes(random.randint(0, 255) for _ in range(min(length, 8)))
            case _:
                content[place:place] = random.choice(TEXTS[:-1]).encode("utf-8", "surrogatepass")
    return bytes(content)


def mutated_table(data: bytes, random: Random) -> bytes:
    """Cells, rows, columns, delimiter, encoding or line breaks of a CSV table changed."""
    text = data.decode("utf-8", "replace")
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        return mutated_bytes(data, random)
    if not rows:
        return mutated_bytes(data, random)
    for _ in range(random.randint(1, 5)):
        _change_table(rows, random)
    stream = io.StringIO()
    quoting = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    delimiter = random.choice((",", ",", ",", ";", "\t", "|", " "))
    ending = random.choice(("\n", "\n", "\r\n", "\r", "\n\n"))
    csv.writer(stream, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    head = random.choice(("", "", "", "", "sep=;\n", "sep=,\r\n", "\ufeff", "\n"))
    encoding = random.choice(("utf-8", "utf-8", "utf-8", "utf-16", "cp1252", "latin-1", "utf-16-le", "utf-32"))
    made = (head + stream.getvalue()).encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")
    return mutated_bytes(made, random) if random.randint(0, 7) == 0 else made


def _change_table(rows: list[list[str]], random: Random) -> None:
    row = rows[random.randint(0, len(rows) - 1)]
    place = random.randint(0, len(row) - 1) if row else 0
    match random.randint(0, 7):
        case 0 | 1 | 2 if row:
            row[place] = random.choice(NUMBERS)
        case 3 | 4 if row:
            row[place] = random.choice(TEXTS)
        case 5:
            rows.insert(random.randint(0, len(rows)), list(row))
        case 6:
            (row.insert(place, random.choice(NUMBERS)) if random.randint(0, 1) or not row else row.pop(place))
        case _:
            column = [random.choice((*NUMBERS, *TEXTS[:-1]))] * 2
            for number, one in enumerate(rows[1:]):
                if place < len(one):
                    one[place] = column[number % 2]


_MOST_PLACES = 20_000


class Raw(str):
    """A piece of JSON that stands as it is."""


def mutated_json(data: bytes, random: Random) -> bytes:
    """A tree with values, keys and branches changed; what is no JSON as bytes."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return mutated_bytes(data, random)
    holder = [tree]
    for _ in range(random.randint(1, 4)):
        _change_tree(holder, random)
    try:
        made = _json_text(holder[0], random.randint(0, 3) > 0).encode("utf-8", "surrogatepass")
    except RecursionError:
        return mutated_bytes(data, random)
    return mutated_bytes(made, random) if random.randint(0, 9) == 0 else made


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) of a tree, without recursion."""
    found, left = list[tuple[Any, Any]](), [tree]
    while left:
        node = left.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            found.append((node, key))
            if isinstance(node[key], dict | list):
                left.append(node[key])
    return found


def _change_tree(holder: list[Any], random: Random) -> None:
    places = _places(holder)
    if len(places) > _MOST_PLACES:
        holder[0] = []
        return
    node, key = places[random.randint(0, len(places) - 1)]
    match random.randint(0, 8):
        case 0 | 1 | 2:
            node[key] = _odd_value(random)
        case 3:
            number = random.choice((-1, 0, 1, 1e308, -1e308, 5e-324, 0.5, 2**31, 2**63, 2**64, 10**30, -(10**30)))
            node[key] = number
        case 4 if isinstance(node, dict):
            node[random.choice(TEXTS[:-1])] = node.pop(key)
        case 5 if node is not holder:
            del node[key]
        case 6:
            other, name = places[random.randint(0, len(places) - 1)]
            node[key] = json.loads(json.dumps(other[name], default=str)) if other is not holder else {}
        case 7 if isinstance(node, list) and node is not holder:
            node.extend([node[key]] * random.choice((1, 3, 40)))
        case _:
            node[key] = [node[key]] if random.randint(0, 1) else {"value": node[key]}


def _odd_value(random: Random) -> Any:
    match random.randint(0, 5):
        case 0:
            return Raw(
                random.choice(
                    ("NaN", "Infinity", "-Infinity", "1e999", "-0", "1E400", "9" * 5000, "0" + "." + "1" * 5000)
                )
            )
        case 1:
            depth = random.choice((50, 400, 2000, 100_000))
            return Raw("[" * depth + "]" * depth)
        case 2:
            depth = random.choice((50, 400, 2000))
            return Raw('{"a":' * depth + "1" + "}" * depth)
        case 3:
            return Raw('{"a":1,"a":2}')
        case 4:
            return random.choice((None, True, False, [], {}, "", 0, [None], [[]], {"": 0}))
        case _:
            return random.choice(TEXTS)


def _json_text(tree: Any, ascii_only: bool) -> str:
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, dict):
        pairs = [f"{json.dumps(str(key))}:{_json_text(value, ascii_only)}" for key, value in tree.items()]
        return "{" + ",".join(pairs) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(_json_text(one, ascii_only) for one in tree) + "]"
    return json.dumps(tree, ensure_ascii=ascii_only)
