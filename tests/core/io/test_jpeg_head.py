"""Sizes that compressed streams declare, as other programs write them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.io.jpeg_head import stream_size


def packed(kind: str, size: tuple[int, int] = (31, 23), mode: str = "L") -> bytes:
    image = Image.fromarray(np.zeros((size[1], size[0]), np.uint8)).convert(mode)
    stream = io.BytesIO()
    image.save(stream, format=kind)
    return stream.getvalue()


@pytest.mark.parametrize(("kind", "mode", "components"), [("JPEG", "L", 1), ("JPEG", "RGB", 3), ("JPEG2000", "L", 1)])
def test_sizes_are_those_of_the_picture(kind: str, mode: str, components: int) -> None:
    assert stream_size(packed(kind, mode=mode)) == (31, 23, components)


def test_jpeg_ls_says_so_too() -> None:
    import jpeg_ls

    stream = bytes(jpeg_ls.encode(np.zeros((23, 31), np.uint16)))
    assert stream_size(stream) == (31, 23, 1)


@pytest.mark.parametrize(
    "stream", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\x00\x00", b"RIFF" * 9, b"\xff\x4f\xff\x51\0"]
)
def test_other_streams_and_cut_ones_are_refused(stream: bytes) -> None:
    with pytest.raises(ValueError, match="stream"):
        stream_size(stream)


def test_a_stream_cut_anywhere_before_its_size_is_refused() -> None:
    whole = packed("JPEG")
    at = whole.index(b"\xff\xc0")
    for end in range(2, at + 9):
        with pytest.raises(ValueError, match="stream"):
            stream_size(whole[:end])
