"""The command line: haic-nomogram demo | simulate-arterial | segment | assess | nomogram | train | serve.

Exit status 0; 2 for bad input, with one line as the last of stderr; 1 for a fault of ours. Progress goes to stderr,
results to files or, as JSON, to stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core import __version__
from core.errors import ArtefactError, InputError

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ArtefactError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: a file could not be read or written: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def demo(options: argparse.Namespace) -> int:
    """Write the procedural demo case."""
    from core.io.clinical import write_clinical
    from core.io.volumes import write_mask, write_volume
    from core.simulate.phantom import demo_case

    case = demo_case(options.seed)
    out = _folder(options.out)
    write_volume(case.arterial, out / "arterial.nii.gz")
    write_volume(case.portal_venous, out / "portal_venous.nii.gz")
    write_mask(case.mask, out / "liver.nii.gz")
    write_clinical(case.clinical, out / "clinical.json")
    return 0


def simulate_arterial(options: argparse.Namespace) -> int:
    """Compute an arterial phase from a real portal-venous CT and its mask."""
    from core.case import Phase
    from core.io.masks import read_mask
    from core.io.series import read_phase
    from core.io.volumes import write_volume
    from core.simulate.phases import simulate_arterial as simulate

    series = read_phase(options.ct, Phase.PORTAL_VENOUS)
    mask, notices = read_mask(options.mask, series.volume.geometry, None)
    _tell(*series.notices, *notices)
    write_volume(simulate(series.volume, mask, options.seed), _file(options.out))
    return 0


def segment(options: argparse.Namespace) -> int:
    """Find the liver in one CT and print one JSON line."""
    from core.case import Phase
    from core.io.series import read_phase
    from core.io.volumes import write_mask
    from core.models import load_models
    from core.segmentation.quality import check_mask

    if options.engine != "ours":
        raise InputError(
            "engine totalsegmentator: expected the package TotalSegmentator, which this version cannot use yet"
        )
    series = read_phase(options.ct, Phase.PORTAL_VENOUS)
    models = load_models(options.weights)
    started = time.perf_counter()
    mask, coarse = models.segmenter.segment(series.volume.hu, series.volume.geometry)
    seconds = time.perf_counter() - started
    write_mask(mask, _file(options.out))
    notices = (*series.notices, *check_mask(mask, series.volume.hu, coarse).notices)
    warnings = [{"code": notice.code, "text": notice.text} for notice in notices]
    print(json.dumps({"volume_ml": round(mask.volume_ml, 1), "seconds": round(seconds, 2), "warnings": warnings}))
    return 0


def assess(options: argparse.Namespace) -> int:
    """Assess one case and write everything that is known about it."""
    from core.io.assessment_files import write_assessment
    from core.io.case_files import read_case
    from core.models import load_models
    from core.pipeline import assess as assess_case

    case = read_case(
        arterial=options.arterial,
        portal_venous=options.portal_venous,
        clinical=options.clinical,
        mask=options.mask,
        mtm=options.mtm,
        dlr=options.dlr,
    )
    assessment = assess_case(case, load_models(options.weights), _progress)
    _progress("writing", 1.0)
    write_assessment(assessment, _folder(options.out))
    _tell(*assessment.warnings)
    return 0


def nomogram(options: argparse.Namespace) -> int:
    """Print the prognosis from clinical values and scores given by hand; no images are needed."""
    from core.inclusion import check_inclusion, inclusion_notices
    from core.io.assessment_files import nomogram_document
    from core.io.clinical import read_clinical
    from core.models import load_models
    from core.pipeline import image_scores, software_versions
    from core.survival.prognoses import prognoses

    clinical = read_clinical(options.clinical)
    models = load_models(options.weights)
    scores, _, _ = image_scores(None, models, clinical, options.mtm, options.dlr)
    pre, post, notices = prognoses(models.pre, models.post, clinical, scores)
    criteria = check_inclusion(clinical)
    warnings = (*notices, *inclusion_notices(criteria))
    document = nomogram_document(pre, post, scores, criteria, warnings, software_versions(models))
    print(json.dumps(document, indent=1, allow_nan=False))
    return 0


def train_segmenter(options: argparse.Namespace) -> int:
    """Train the liver segmenter on labelled CT and write its artefact."""
    from core.train.fit_segmenter import SegmenterTraining
    from core.train.segmenter import train_segmenter as train

    train(options.data, _folder(options.out), SegmenterTraining(), _report, options.resume)
    return 0


def train_demonstration(options: argparse.Namespace) -> int:
    """Simulate a cohort, train the image models on it and write their artefacts."""
    from core.train.demonstration import DemonstrationTraining
    from core.train.demonstration import train_demonstration as train

    if not options.clinical_table.is_file():
        raise InputError("--clinical-table: expected the public table of 262 patients, got no file")
    settings = DemonstrationTraining(workers=options.workers)
    train(options.clinical_table, _folder(options.out), settings, _report, options.resume)
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve the dashboard."""
    from core.serve import serve as serve_dashboard

    return serve_dashboard(options.port, options.address)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="haic-nomogram",
        description="Prognosis of HCC treated with HAIC. Research and education; not a medical device.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = _add(commands, "demo", demo)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--seed", type=int, default=1, metavar="N")

    one = _add(commands, "simulate-arterial", simulate_arterial)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--mask", type=Path, required=True)
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--seed", type=int, default=0, metavar="N")

    one = _add(commands, "segment", segment)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--out", type=Path, required=True, metavar="MASK")
    one.add_argument("--engine", choices=("ours", "totalsegmentator"), default="ours")
    _add_weights(one)

    one = _add(commands, "assess", assess)
    one.add_argument("--arterial", type=Path, required=True, metavar="P")
    one.add_argument("--portal-venous", type=Path, required=True, metavar="P")
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    one.add_argument("--mask", type=Path, metavar="M")
    _add_scores(one)
    _add_weights(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")

    one = _add(commands, "nomogram", nomogram)
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    _add_scores(one)
    _add_weights(one)

    _add_training(commands)
    one = _add(commands, "serve", serve)
    one.add_argument("--port", type=int, metavar="N")
    one.add_argument("--address", default="127.0.0.1", metavar="A")
    return parser


def _add(commands: Any, name: str, command: Command) -> argparse.ArgumentParser:
    summary = (command.__doc__ or "").strip()
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(command=command)
    return parser


def _add_training(commands: Any) -> None:
    train = commands.add_parser("train", help="Train a model.").add_subparsers(required=True, metavar="WHAT")
    one = _add(train, "segmenter", train_segmenter)
    one.add_argument("--data", type=Path, required=True, metavar="DIR")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")

    one = _add(train, "demonstration", train_demonstration)
    one.add_argument("--clinical-table", type=Path, required=True, metavar="CSV", help="mtm_dect_262.csv")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--workers", type=int, default=1, metavar="N")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")


def _add_scores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mtm", type=_share, metavar="V", help="MTM by hand, 0-1 (from pathology: 0 or 1)")
    parser.add_argument("--dlr", type=_share, metavar="V", help="DLR score by hand, 0-1 (higher is better survival)")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, metavar="DIR", help="other weights; also HAIC_NOMOGRAM_WEIGHTS")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a number from 0 to 1") from None
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected 0-1, got {value:g}")
    return value


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError("--out: expected a folder, got a file") from None
    return path


def _file(path: Path) -> Path:
    if path.is_dir():
        raise InputError("--out: expected a file, got a folder")
    if not path.name.endswith((".nii.gz", ".nii")):
        raise InputError("--out: expected a name that ends in .nii.gz")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _progress(step: str, share: float) -> None:
    print(f"{share:4.0%}  {step}", file=sys.stderr)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell(*notices: Any) -> None:
    for notice in notices:
        print(f"note ({notice.code}): {notice.text}", file=sys.stderr)
