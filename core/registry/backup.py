"""Backup and restore of a registry: one folder that is itself a registry, whichever database the cases lie in.

A save brings its images to the disk before the rows that name them, a deletion takes the rows away before the images.
So rows must be copied before images, or some copied row would name an image that came too late; and an image may be
deleted between the two. Here most images are copied while others work; then, with the lock that every save and deletion
takes, the rows of one moment and the few images that are new. Images never change, so what was copied early is right.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from core.errors import InputError
from core.registry.audit import Audit, Verdict, verify
from core.registry.audit_chain import Act
from core.registry.blobs import BlobFolder, to_disk
from core.registry.database import connect, migrate, transaction
from core.registry.place import DATABASE_FILE, OWNER_ONLY, Place, check_there, owner_only_file, prepare
from core.registry.rows import copy_rows
from core.registry.schema import AUDIT_HEAD, BLOBS, CASES, SAVES

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Copied:
    """What a copy holds.

    Attributes:
        cases, saves: how many.
        images: how many files of images are named.
        damaged: how many of them are missing or are not what was saved; all else was copied.
        audit: what a check of the copied audit found.
    """

    cases: int
    saves: int
    images: int
    damaged: int
    audit: Verdict


def backup(place: Place, out: Path, tell: Tell) -> Copied:
    """Copy all cases of every group, as they stood at one moment, into a folder; others may go on saving.

    Args:
        place: the registry; that it was backed up becomes a line of its audit, and of the copy's.
        out: a new or empty folder, or that of an earlier backup of the same registry: then only images that are new are
            copied, and what was deleted since leaves it too.
        tell: called with a step and its share (0-1).

    Raises:
        InputError: a folder or database cannot be used, `out` is another registry's, or another process saves for
            longer than two minutes.
    """
    _check_apart(place.folder, out)
    prepare(place.folder)
    prepare(out)
    source, target = BlobFolder(place.folder), BlobFolder(out)
    with _engine(place) as engine, target.locked():
        with source.locked():
            migrate(engine)
        _check_same(engine, out)
        target.clear_partial()
        _give_each(source, target, source.digests(), tell)
        with _fresh(out) as fresh:
            with source.locked():
                with transaction(engine, writing=True) as connection:
                    Audit(engine).add(connection, Act.EXPORTED, "backup")
                named = _copy_database(engine, Place(fresh))
                missing = _give_each(source, target, named, tell)
            (fresh / DATABASE_FILE).replace(out / DATABASE_FILE)
            to_disk(out)
        for digest in target.digests() - named:
            target.remove(digest)
        with _engine(Place(out)) as written:
            return _counted(written, missing)


def restore(source: Path, place: Place, tell: Tell) -> Copied:
    """Bring a backup to an empty place, on SQLite or PostgreSQL, every image checked; the backup is not changed.

    Args:
        source: the folder of a backup, of this version or an earlier one.
        place: without cases; that it was restored becomes the last line of its audit.

    Raises:
        InputError: there is no backup, the place has cases, or a folder or database cannot be used.
    """
    check_there(Place(source))
    _check_apart(source, place.folder)
    prepare(place.folder)
    given, target = BlobFolder(source), BlobFolder(place.folder)
    with _engine(place) as engine, target.locked():
        with _fresh(place.folder) as fresh:
            owner_only_file(fresh / DATABASE_FILE)
            shutil.copyfile(source / DATABASE_FILE, fresh / DATABASE_FILE)
            with _engine(Place(fresh)) as copy:
                migrate(copy)
                missing = _give_each(given, target, _named(copy), tell)
                with transaction(copy, writing=True) as connection:  # the line comes along with the rows, or neither
                    Audit(copy).add(connection, Act.CHANGED, "restored from a backup")
                copy_rows(copy, engine)
        return _counted(engine, missing)


@contextmanager
def _engine(place: Place) -> Iterator[Engine]:
    engine = connect(place)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """An empty folder in `folder`, gone afterwards; that of a killed run goes now."""
    fresh = folder / ".partial-database"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=OWNER_ONLY)
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh)


def _check_apart(one: Path, other: Path) -> None:
    if one.resolve() == other.resolve():
        raise InputError("backup: expected another folder than that of the saved cases, got the same")


def _check_same(engine: Engine, out: Path) -> None:
    """An earlier backup in `out` is of the same registry."""
    if not (out / DATABASE_FILE).exists():
        if any(BlobFolder(out).digests()):
            raise InputError("backup: expected a new folder or an earlier backup, got images without a database")
        return
    with _engine(Place(out)) as earlier:
        if _registry_id(earlier) != _registry_id(engine):
            raise InputError("backup: expected a new folder or an earlier backup of these cases, got that of others")


def _registry_id(engine: Engine) -> str | None:
    with transaction(engine) as connection:
        return connection.scalar(select(AUDIT_HEAD.c.registry))


def _copy_database(engine: Engine, place: Place) -> set[str]:
    """The rows of this moment into a new SQLite file; gives the images that they name."""
    with _engine(place) as written:
        copy_rows(engine, written)
        return _named(written)


def _named(engine: Engine) -> set[str]:
    with transaction(engine) as connection:
        return set(connection.scalars(select(BLOBS.c.sha256)))


def _give_each(source: BlobFolder, target: BlobFolder, digests: set[str], tell: Tell) -> int:
    """Copy images that are not there yet; how many could not be: a bad file must not keep the others from the copy."""
    wanted, missing = sorted(digests - target.digests()), 0
    for number, digest in enumerate(wanted):
        tell("images", number / len(wanted))
        try:
            source.give(digest, target)
        except InputError:
            missing += 1
    return missing


def _counted(engine: Engine, missing: int) -> Copied:
    with transaction(engine) as connection:
        cases, saves, images = (
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in (CASES, SAVES, BLOBS)
        )
    return Copied(cases, saves, images, missing, verify(engine))
