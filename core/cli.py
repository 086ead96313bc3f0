"""The command line: haic-nomogram demo | segment | assess | nomogram | stage | cox | validate | reproduce | ...

Exit status 0; 2 for bad input, with one line as the last of stderr; 1 for a fault of ours. Progress goes to stderr,
results to files or, as JSON, to stdout.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core import __version__
from core.commands.case_options import add_case_commands
from core.commands.cohort_options import add_cohort_commands
from core.commands.options import Command
from core.commands.pacs_options import add_pacs_commands
from core.commands.registry_options import add_registry_commands
from core.errors import ArtefactError, InputError


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="haic-nomogram",
        description="Prognosis of HCC treated with HAIC. Research and education; not a medical device.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    table = parser.add_subparsers(required=True, metavar="COMMAND")
    add_case_commands(table)
    add_cohort_commands(table)
    add_pacs_commands(table)
    add_registry_commands(table)
    return parser
