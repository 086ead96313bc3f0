"""Command that turns a public data set into a cohort table: adapt."""

from __future__ import annotations

import argparse
import sys

from core.commands.common import check_folder, progress
from core.errors import InputError


def adapt(options: argparse.Namespace) -> int:
    """Turn a public data set's folder into a cohort table."""
    from core.io.adapters import hcc_tace_seg, waw_tace
    from core.io.adapters.assemble import assemble, write_adapted
    from core.io.adapters.hcc_tace_seg_table import read_hcc_tace_seg_table
    from core.io.adapters.waw_tace_table import read_waw_tace_table

    if not options.folder.is_dir():
        raise InputError("FOLDER: expected the folder of the data set, got none")
    if options.out.suffix != ".csv" or options.out.exists():
        raise InputError("--out: expected a free name that ends in .csv")
    check_folder(options.out.absolute().parent)
    readers = {
        "hcc-tace-seg": (read_hcc_tace_seg_table, hcc_tace_seg.hcc_tace_seg_images, hcc_tace_seg.CENTRE),
        "waw-tace": (read_waw_tace_table, waw_tace.waw_tace_images, waw_tace.CENTRE),
    }
    read_table, find_images, centre = readers[options.layout]
    table = read_table(options.folder, options.clinical)
    adapted = assemble(table, find_images(options.folder, progress), centre, options.split, progress)
    for note in adapted.notes:
        _say(f"note: {note}")
    for problem in (*adapted.problems, *adapted.left_out):
        _say(f"clinical table, row {problem.row}, {problem.column}: {problem.text}")
    if not adapted.patients:
        raise InputError(f"data set: expected patients with both phases, got none in {len(table.rows)} rows")
    write_adapted(adapted.patients, options.out)
    _say(f"{len(adapted.patients)} patients written, {len(adapted.left_out)} rows left out")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
