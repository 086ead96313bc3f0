"""A picture in the report, with text and lines over it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from reportlab.graphics import renderPDF
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable

from core.io.report_pictures import Pixels

JPEG_QUALITY = 92


def picture(pixels: Pixels, over: Any) -> Any:
    """`pixels` as large as the drawing `over` that lies on them."""
    return _Picture(pixels, over)


class _Picture(Flowable):  # type: ignore[misc]
    def __init__(self, pixels: Pixels, over: Any) -> None:
        super().__init__()
        self.pixels, self.over = pixels, over
        self.width, self.height = over.width, over.height

    def draw(self) -> None:
        self.canv.drawImage(ImageReader(_jpeg(self.pixels)), 0, 0, self.width, self.height)
        renderPDF.draw(self.over, self.canv, 0, 0)


def _jpeg(pixels: Pixels) -> io.BytesIO:
    """Embedded by reportlab as it is; without halving of the colours, for outlines are one colour on grey."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    stream.seek(0)
    return stream
