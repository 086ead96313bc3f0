"""The options of the commands that talk to a PACS; where it is and how to sign in are in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.commands import options, pacs


def add_pacs_commands(table: Any) -> None:
    """Command pacs with search, fetch, objects, send."""
    inner = table.add_parser("pacs", help="Exchange images and results with a PACS by DICOMweb.")
    commands = inner.add_subparsers(required=True, metavar="WHAT")
    one = options.add(commands, "search", pacs.search)
    what = one.add_mutually_exclusive_group()
    what.add_argument("--study", metavar="UID", help="list the series of this study")
    what.add_argument("--date", metavar="D", help="YYYYMMDD or YYYYMMDD-YYYYMMDD")
    one.add_argument("--modality", default="CT", metavar="M", help="that occurs in the study; CT if not given")
    one.add_argument(
        "--patient-id-from-stdin", action="store_true", help="one line of standard input is the patient's ID"
    )
    one = options.add(commands, "fetch", pacs.fetch)
    one.add_argument("--study", required=True, metavar="UID")
    one.add_argument("--arterial", required=True, metavar="UID", help="its series")
    one.add_argument("--portal-venous", required=True, metavar="UID", help="its series")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one = options.add(commands, "objects", pacs.objects)
    one.add_argument("folder", type=Path, metavar="DIR", help="as assess has written it")
    one.add_argument("--portal-venous", type=Path, required=True, metavar="P", help="the DICOM it was assessed from")
    options.add_weights(one)
    one = options.add(commands, "send", pacs.send)
    one.add_argument("folder", type=Path, metavar="DIR", help="with objects made by pacs objects")
