"""Starts the server: `python -m dashboard.launch run dashboard/served.py [options]`, as `haic-nomogram serve` does."""

from __future__ import annotations

import sys


def main() -> None:
    """Hand over to Streamlit's command line."""
    from core.io.scratch import own_folder
    from dashboard import work

    own_folder()  # before the workers, whose files lie in it too
    work.service()  # its processes load the models while the first page is made
    from streamlit.web.cli import main as streamlit

    from dashboard.confined import confine

    confine()
    streamlit(prog_name="streamlit")


if __name__ == "__main__":
    sys.exit(main())
