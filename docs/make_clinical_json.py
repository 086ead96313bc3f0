"""Writes the table of docs/clinical-json.md from core.case.ClinicalRecord: python docs/make_clinical_json.py."""

from __future__ import annotations

from dataclasses import Field, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from core.case import ClinicalRecord, choices

PAGE = Path(__file__).with_name("clinical-json.md")
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
KINDS = {bool: "boolean", int: "whole number", float: "number"}


def table() -> str:
    """The table of keys in Markdown."""
    hints = get_type_hints(ClinicalRecord)
    rows = [_row(field, hints[field.name]) for field in fields(ClinicalRecord)]
    return "\n".join(["| key | meaning | type | unit | range or words |", "|---|---|---|---|---|", *rows])


def page(text: str) -> str:
    """The page with its table brought up to date."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _row(field: Field[Any], hint: object) -> str:
    words = choices(hint)
    kind = "word" if words else KINDS[next(part for part in get_args(hint) if part is not NoneType)]
    allowed = ", ".join(words)
    if "low" in field.metadata:
        allowed = f"{field.metadata['low']:.9g} to {field.metadata['high']:.9g}"
    unit = field.metadata["unit"]
    return f"| `{field.name}` | {field.metadata['label']} | {kind} | {unit} | {allowed or 'true, false'} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
