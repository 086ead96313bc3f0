"""JSON: a patient's values, a centre's own nomogram, the files of a report, a saved case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.assessment_files import assessment_document, document_text
from core.io.clinical import read_clinical
from core.io.report_content import content_bytes, content_of
from core.io.report_files import read_report_files
from core.registry import documents
from core.registry.codec import FOREIGN
from core.survival.own_file import read_own
from core.survival.questions import questions
from tests import own_files
from tests.core.registry import snapshots
from tests.dashboard import builders
from tests.fuzz.door import NAME, Door, said
from tests.fuzz.mutate import NUMBERS, TEXTS, mutated_json

_MOST = 2**20


def clinical(data: bytes, folder: Path) -> Iterator[str]:
    """A patient's values."""
    path = folder / NAME
    path.write_bytes(data)
    read_clinical(path)
    yield ""


def own(data: bytes, _folder: Path) -> Iterator[str]:
    """A centre's own nomogram, with the questions it asks."""
    questions(read_own(data).nomogram)
    yield ""


def report(data: bytes, folder: Path) -> Iterator[str]:
    """As either of the two files that a report is made of, the other one being whole."""
    is_report = b"case_id" in data
    first, second = (data, _report()[1]) if is_report else (_report()[0], data)
    (folder / "report.json").write_bytes(first)
    (folder / "assessment.json").write_bytes(second)
    read_report_files(folder)
    yield ""


def snapshot(data: bytes, _folder: Path) -> Iterator[str]:
    """A saved case out of the database, whose text anyone may have changed."""
    text = data.decode("utf-8", "replace")

    def blob(_digest: str, size: int) -> bytes:
        if size > _MOST:
            raise InputError(FOREIGN)
        return bytes(size)

    yield said(lambda: documents.read_reading(text))
    documents.read(text, blob)


def clinical_seeds() -> list[bytes]:
    """All values, some, and none."""
    record = builders.CLINICAL.known()
    every = json.dumps(record).encode()
    return [every, b'\xef\xbb\xbf{"age_years": 60, "sex": "male", "pvtt": null}', b"{}"]


@cache
def _report() -> tuple[bytes, bytes]:
    made = builders.assessment()
    return content_bytes(content_of(made)), document_text(assessment_document(made)).encode()


def report_seeds() -> list[bytes]:
    """Both files."""
    return list(_report())


def own_seeds() -> list[bytes]:
    """Of numbers and of a category."""
    return [own_files.sim(), own_files.category()]


@cache
def snapshot_seeds() -> tuple[bytes, ...]:
    """With images and without."""
    return tuple(documents.write(one)[0].encode() for one in (snapshots.snapshot(), snapshots.without_images()))


def _hostile(seed: bytes) -> list[bytes]:
    """Depth, length, numbers and texts in the place of every value at the top."""
    odd = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"JANE"',
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf",
        b"{}" * 2,
        b"{}\0",
        b'{"a":1,"a":1}',
    ]
    odd += [b"[" * depth for depth in (1000, 100_000)] + [b'{"a":' * depth for depth in (1000, 100_000)]
    odd += [b"[" * depth + b"]" * depth for depth in (400, 900, 2000, 100_000)]
    odd += [b"9" * 10**6, b"-" + b"9" * 5000, b"1e" + b"9" * 5000, b"NaN", b"-Infinity", b'"\\ud800"', b'{"\\ud800":1}']
    tree = json.loads(seed.decode("utf-8-sig"))
    values = [b"9" * 10**6, b"[" * 900 + b"]" * 900, b"[" * 10**5 + b"]" * 10**5, b'{"a":' * 900 + b"1" + b"}" * 900]
    values += [*(json.dumps(text).encode() for text in TEXTS), *(text.encode() for text in NUMBERS)]
    values += [b"NaN", b"Infinity", b"true", b"null", b"[]", b"{}", b"[[]]", b'{"":{}}', b"1e400", b"-1e400", b"0.5"]
    for name in list(tree)[:9]:
        for value in values:
            pairs = [
                json.dumps(key).encode() + b":" + (value if key == name else json.dumps(one).encode())
                for key, one in tree.items()
            ]
            odd.append(b"{" + b",".join(pairs) + b"}")
    return odd


def clinical_hostile() -> list[bytes]:
    """Of a record; one value of each kind in every field."""
    found = _hostile(clinical_seeds()[0])
    for field in fields(ClinicalRecord):
        for text in ("9" * 5000, "1e999", '"\\ud800"', "[]", "-1", "0.1", '"none"'):
            found.append(f'{{"{field.name}": {text}}}'.encode())
    return found


def _door(name: str, enter: object, seeds: object, hostile: object = None) -> Door:
    made = hostile or (lambda: [one for seed in seeds() for one in _hostile(seed)])  # type: ignore[operator]
    return Door(name, enter, lambda: list(seeds()), made, mutated_json)  # type: ignore[operator,arg-type]


DOORS = {
    "clinical": _door("clinical", clinical, clinical_seeds, clinical_hostile),
    "own-nomogram": _door("own-nomogram", own, own_seeds),
    "report": _door("report", report, report_seeds),
    "snapshot": _door("snapshot", snapshot, snapshot_seeds),
}
