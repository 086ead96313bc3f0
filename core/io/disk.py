"""A disk that is full, or that fails, in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import InputError

_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


@contextmanager
def disk_that_may_be_full(role: str = "folder for temporary files") -> Iterator[None]:
    """Errors of the disk in the block become a sentence; all others pass.

    Raises:
        InputError: the disk is full, or fails.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        raise InputError(f"{role}: expected room on the disk, got: {error.strerror}") from None
