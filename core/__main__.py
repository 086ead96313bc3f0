"""`python -m core` is `haic-nomogram`."""

import sys

from core.cli import main

if __name__ == "__main__":
    sys.exit(main())
