"""The command that serves the dashboard."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def serve(options: argparse.Namespace) -> int:
    """Serve the dashboard."""
    from core.serve import serve as serve_dashboard

    os.environ.update(_scheduler(options))  # the server is a child process; it checks them before it starts
    return serve_dashboard(options.port, options.address, options.cases, options.secrets)


def _scheduler(options: argparse.Namespace) -> dict[str, str]:
    """Where assessments run, as the variables that the server's process reads."""
    from core.jobs.settings import SCHEDULER_VARIABLE, TLS_VARIABLES

    paths = (options.tls_ca, options.tls_cert, options.tls_key)
    given = {name: str(Path(path).resolve()) for name, path in zip(TLS_VARIABLES, paths, strict=True) if path}
    return given | ({SCHEDULER_VARIABLE: options.scheduler} if options.scheduler else {})
