"""The command that serves the dashboard."""

from __future__ import annotations

import argparse


def serve(options: argparse.Namespace) -> int:
    """Serve the dashboard."""
    from core.serve import serve as serve_dashboard

    return serve_dashboard(options.port, options.address, options.cases, options.secrets)
