"""Answers of a PACS: DICOM JSON to a search, images in parts, what became of objects that were sent."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from core.io.pacs.connection import connect
from core.io.pacs.fetch import Wanted, fetch_series
from core.io.pacs.search import Query, search_instances, search_series, search_studies
from core.io.pacs.send import send_objects
from core.io.pacs.settings import PacsSettings
from tests.core.io.dicom_factory import STUDY, axial, phantom, slice_dataset
from tests.core.io.mask_factory import SERIES
from tests.fuzz.door import NAME, Door, said
from tests.fuzz.doors.dicom import SHAPE, stored
from tests.fuzz.mutate import mutated_bytes, mutated_json
from tests.fuzz.mutate_dicom import mutated_dicom

INSTANCE = "1.2.3.4"
_EDGE = b"\r\n--edge\r\nContent-Type: application/dicom\r\n\r\n"
_ONE = json.dumps([{"00080018": {"vr": "UI", "Value": [INSTANCE]}}]).encode()


class Answers(BaseAdapter):
    """The same body to everything; one in parts only where an image is asked for."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body, self._parts = body, body.lstrip().startswith(b"--")

    def send(self, request: Any, **_: Any) -> requests.Response:
        asked_for_image = "/instances/" in request.url
        body = self._body if asked_for_image or not self._parts else _ONE
        found = requests.Response()
        found.status_code = 409 if request.method == "POST" and body[1:2] == b" " else 200
        kind = (
            'multipart/related; type="application/dicom"; boundary=edge'
            if self._parts and asked_for_image
            else "application/dicom+json"
        )
        found.headers["Content-Type"] = kind
        found.raw = HTTPResponse(io.BytesIO(body), preload_content=False, status=200)
        found.url, found.request = request.url, request
        return found

    def close(self) -> None:
        """Nothing is held."""


def read(data: bytes, folder: Path) -> Iterator[str]:
    """The body as the answer to every question."""
    client = connect(PacsSettings("http://127.0.0.1/dicom-web"))
    client._session.mount("http://", Answers(data))
    place = folder / NAME
    place.mkdir()
    if not data.lstrip().startswith(b"--"):
        yield said(lambda: search_studies(client, Query()))
        yield said(lambda: search_series(client, STUDY))
        yield said(lambda: search_instances(client, STUDY, SERIES))
        path = folder / "report.dcm"
        path.write_bytes(_object())
        yield from (one.reason for one in send_objects(client, [("report", path)]))
    yield said(lambda: fetch_series(client, Wanted(STUDY, SERIES), place, lambda _what, _share: None))


def _object() -> bytes:
    return stored(slice_dataset(phantom(SHAPE), axial(), 4, SOPInstanceUID=INSTANCE, SeriesInstanceUID=SERIES))


def seeds() -> list[bytes]:
    """Studies, series, instances, outcomes, an image."""
    studies = [{"0020000D": {"vr": "UI", "Value": [STUDY]}, "00080020": {"vr": "DA", "Value": ["20200102"]},
                "00081030": {"vr": "LO", "Value": ["JANE DOE"]}, "00080061": {"vr": "CS", "Value": ["CT", "SEG"]},
                "00201206": {"vr": "IS", "Value": [2]}}]  # fmt: skip
    series = [{"0020000E": {"vr": "UI", "Value": [SERIES]}, "00080060": {"vr": "CS", "Value": ["CT"]},
               "00200011": {"vr": "IS", "Value": [3]}, "00201209": {"vr": "IS", "Value": ["9"]},
               "00080018": {"vr": "UI", "Value": [INSTANCE]}}]  # fmt: skip
    failed = {
        "00081198": {
            "vr": "SQ",
            "Value": [{"00081155": {"vr": "UI", "Value": [INSTANCE]}, "00081197": {"vr": "US", "Value": [272]}}],
        }
    }
    made = {"00081199": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": [INSTANCE]}}]}}
    return [json.dumps(one).encode() for one in (studies, series, failed, made)] + [_ONE, _parts(_object())]


def _parts(content: bytes) -> bytes:
    return _EDGE.lstrip() + content + b"\r\n--edge--\r\n"


def hostile() -> list[bytes]:
    """Depth, other trees, values of other kinds, no parts and many."""
    odd = [b"", b"[]", b"{}", b"null", b"1", b'"JANE"', b"[null]", b"[[]]", b'[{"00080018":null}]', b"[" * 10**5]
    for value in ("null", "{}", "[]", '"x"', "[null]", "[[]]", "[{}]", "[" + "9" * 5000 + "]", "[1e999]", "[NaN]",
                  '["../../JANE"]', '["1.2/3"]', '["' + "1" * 70 + '"]', '["\\ud800"]', '["\\u0000"]',
                  "[true]", '["²"]'):  # fmt: skip
        for tag in ("00080018", "0020000D", "0020000E", "00201206", "00080020", "00200011", "00081199", "00081198"):
            odd.append(f'[{{"{tag}":{{"vr":"UI","Value":{value}}}}}]'.encode())
            odd.append(f'{{ "{tag}":{{"vr":"SQ","Value":{value}}}}}'.encode())
    many = json.dumps([{"00080018": {"vr": "UI", "Value": [f"1.2.{n}"]}} for n in range(3000)]).encode()
    parts = [b"--", b"--edge", b"--edge--", b"--edge\r\n\r\n", _parts(b""), _parts(b"x") * 300, _parts(_object()[:300])]
    return [*odd, many, *parts]


def mutate(data: bytes, random: Random) -> bytes:
    """The tree, or the image in its part."""
    if not data.startswith(b"--"):
        return mutated_json(data, random)
    if random.randint(0, 3) == 0:
        return mutated_bytes(data, random)
    start, stop = data.find(b"\r\n\r\n") + 4, data.rfind(b"\r\n--")
    return data[:start] + mutated_dicom(data[start:stop], random) + data[stop:]


DOORS = {"pacs": Door("pacs", read, seeds, hostile, mutate, ("dicomweb_client", "pydicom"))}
