"""A server is kept to this machine and off its disk, whichever way it is started."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from dashboard.confined import keep_uploads_in_memory

SIZE = 3 * 2**20
SERVED = """
import sys, tempfile
from pathlib import Path
from core.io.scratch import PREFIX, own_folder
if sys.argv[1] == "serve":
    own_folder()
import dashboard.served
from starlette.formparsers import MultiPartParser
from streamlit import net_util
folder = Path(tempfile.gettempdir())
print(MultiPartParser.spool_max_size, net_util._internal_ip, net_util._external_ip)
print(folder.name.startswith(PREFIX), folder.parent, len(list(folder.parent.glob(PREFIX + "*"))))
"""


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


@pytest.mark.slow
@pytest.mark.parametrize("how", ["serve", "streamlit run"])
def test_what_is_promised_holds_for_both_ways_of_starting(how: str, root: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(root), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SERVED, how], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    assert first == f"{sys.maxsize} 127.0.0.1 127.0.0.1"
    assert second == f"True {tmp_path} 1"  # one folder, not one within another
    assert list(tmp_path.iterdir()) == []  # and it is gone
