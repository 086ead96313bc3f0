from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from dashboard.launch import keep_uploads_in_memory

SIZE = 3 * 2**20


async def _body() -> AsyncIterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
    yield b"\0" * SIZE
    yield b"\r\n--x--\r\n"


async def _on_disk() -> bool:
    form = await MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=x"}), _body()).parse()
    file = form["f"]
    assert isinstance(file, UploadFile)
    assert file.size == SIZE
    rolled = bool(getattr(file.file, "_rolled"))  # noqa: B009 (of the standard library, not of its typing)
    await form.close()
    return rolled


def test_an_upload_never_passes_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    assert asyncio.run(_on_disk())
    keep_uploads_in_memory()
    assert not asyncio.run(_on_disk())
