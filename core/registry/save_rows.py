"""The rows of a save beside its document: its images, and which versions made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from core.registry.nouns import Snapshot
from core.registry.schema import BLOBS, SAVE_BLOBS, SAVE_MODELS


def link(connection: Connection, save: str, sizes: Mapping[str, int]) -> None:
    """Name the images of a save."""
    known = set(connection.scalars(select(BLOBS.c.sha256).where(BLOBS.c.sha256.in_(sizes))))
    new = [{"sha256": digest, "file_bytes": size} for digest, size in sizes.items() if digest not in known]
    if new:
        connection.execute(insert(BLOBS), new)
    if sizes:
        connection.execute(insert(SAVE_BLOBS), [{"save_key": save, "sha256": digest} for digest in sizes])


def note_models(connection: Connection, save: str, snapshot: Snapshot) -> None:
    """Which versions made a save, so that it can be asked later which cases a version touched."""
    result = snapshot.result
    rows: list[dict[str, Any]] = [
        {"save_key": save, "name": name, "version": version, "provenance": result.provenance.get(name, "")}
        for name, version in result.versions.items()
    ]
    if rows:
        connection.execute(insert(SAVE_MODELS), rows)
