"""Scores, clinical record, criteria, warnings and provenance, as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from core.case import ClinicalRecord
from core.findings import Criterion, Score, ScoreOrigin
from core.io.report_content import Content, content_sha256
from core.report.case.parts import marked_up, paragraph, section, space, table
from core.report.case.style import WIDTH
from core.report.sentences import NO_WARNINGS, SOURCE, UNKNOWN, score_value, word

SCORE_HEAD = ("Score, 0 to 1", "Value (95 % range)", "Made of", "Where it is from")
SCORE_NAMES = ("MTM, higher: more probably MTM", "DLR, higher: better survival")
CRITERION_SIGNS = {"met": "✓", "not met": "✕", "unknown": "?"}
NOTICE_SIGNS = {"registered": "i"}  # to know, not to be wary of
NO_UNIT = ("0-4", "count", "ratio")
CRITERIA_NEED = 90.0  # points: the table is not torn apart
PAIRS = 4  # label and value, side by side


def scores_part(content: Content) -> list[Any]:
    """Both scores with range, parts and provenance."""
    rows = [[paragraph(name, "muted") for name in SCORE_HEAD]]
    for name, score in zip(SCORE_NAMES, (content.scores.mtm, content.scores.dlr), strict=True):
        parts = "" if score is None else ", ".join(f"{part} {value:.2f}" for part, value in score.parts.items())
        cells = (
            (name, "body"),
            (score_value(score), "bold"),
            (parts, "small"),
            (score_origin(content, score), "small"),
        )
        rows.append([paragraph(words, style) for words, style in cells])
    return section("Image scores", table(rows, [0.19 * WIDTH, 0.16 * WIDTH, 0.26 * WIDTH, 0.39 * WIDTH]))


def score_origin(content: Content, score: Score | None) -> str:
    """Who says so: by hand, or the artefact with its standing sentence."""
    if score is None:
        return UNKNOWN
    if score.origin is ScoreOrigin.MANUAL:
        return "Given by hand, taken as exact."
    return f"{score.model} {score.version}: {content.provenance.get(score.model, UNKNOWN)}"


def record_part(clinical: ClinicalRecord) -> list[Any]:
    """The clinical record: numbers and words in columns; findings present and absent by name; then what is unknown."""
    record = clinical_values(clinical)
    tall = -(-len(record.values) // PAIRS)
    cells = [[part for column in range(PAIRS) for part in _pair(record, column * tall + row)] for row in range(tall)]
    grid = [table(cells, [0.142 * WIDTH, 0.108 * WIDTH] * PAIRS, head=False), space(3)] if cells else []
    lists = (("Yes", record.present), ("No", record.absent), ("Unknown", record.unknown))
    told = [marked_up(f"<b>{name}:</b> {escape(', '.join(labels))}.", "small") for name, labels in lists if labels]
    return section("Clinical record", *grid, *told)


def _pair(record: Record, place: int) -> tuple[Any, Any]:
    name, value = record.values[place] if place < len(record.values) else ("", "")
    return paragraph(name, "muted"), paragraph(value, "small")


@dataclass(frozen=True)
class Record:
    """A clinical record in words: (label, value with unit), and labels of findings present, absent and unknown."""

    values: tuple[tuple[str, str], ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]


def clinical_values(clinical: ClinicalRecord) -> Record:
    """The record in words, in its own order."""
    values, lists = [], {True: [], False: [], None: []}  # type: ignore[var-annotated]
    for name, field in ClinicalRecord.__dataclass_fields__.items():
        label, value = str(field.metadata["label"]), getattr(clinical, name)
        if value is None or isinstance(value, bool):
            lists[value].append(label[0].lower() + label[1:] if label[1:2].islower() else label)
        else:
            values.append((label, _value(value, str(field.metadata["unit"]))))
    return Record(tuple(values), tuple(lists[True]), tuple(lists[False]), tuple(lists[None]))


def _value(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return word(value)
    return f"{value:.10g}" if unit in NO_UNIT else f"{value:.10g} {unit}"


def criteria_part(criteria: Sequence[Criterion]) -> list[Any]:
    """The study's inclusion criteria, each met, not met or unknown."""
    if not criteria:
        return []
    half = -(-len(criteria) // 2)
    cells = []
    for row in range(half):
        line: list[Any] = []
        for place in (row, row + half):
            line += _criterion(criteria[place]) if place < len(criteria) else [paragraph(""), paragraph("")]
        cells.append(line)
    widths = [share * WIDTH for share in (0.48, 0.1, 0.32, 0.1)]
    return section("Is this patient like those of the study?", table(cells, widths, head=False), needs=CRITERIA_NEED)


def _criterion(one: Criterion) -> list[Any]:
    words = f"{one.name}: {one.expected}", f"{CRITERION_SIGNS[one.state]} {one.state}"
    return [paragraph(text, "small") for text in words]


def warnings_part(content: Content) -> list[Any]:
    """Every warning once."""
    signs = {notice.text: NOTICE_SIGNS.get(notice.code, "!") for notice in content.warnings}
    rows = [[paragraph(sign, "bold"), paragraph(text, "small")] for text, sign in signs.items()]
    rows = rows or [[paragraph("✓", "bold"), paragraph(NO_WARNINGS, "small")]]
    return section("Warnings", table(rows, [10, WIDTH - 10], head=False))


def provenance_part(content: Content) -> list[Any]:
    """Software, artefacts and hashes."""
    software = content.versions.get("haic-nomogram", UNKNOWN)
    told = [f"Software haic-nomogram {software}. {SOURCE}"]
    told += [f"{name} {content.versions.get(name, '')}: {said}" for name, said in content.provenance.items()]
    told.append(f"Content, SHA-256 of report.json: {content_sha256(content)}")
    for phase, digest in (content.sources or {}).items():
        told.append(f"{phase.replace('_', '-').capitalize()} CT, SHA-256 of its voxels: {digest}")
    return section("Where the numbers come from", *(paragraph(line, "tiny") for line in told))
