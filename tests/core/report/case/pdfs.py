"""Reading a PDF as its reader sees it."""

from __future__ import annotations

import io

from pypdf import PdfReader


def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def text_of(data: bytes) -> str:
    """All text, every run of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in reader(data).pages).split())
