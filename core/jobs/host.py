"""The process in which the scheduler of the page's workers lives: `python -m core.jobs.host WORKERS BYTES`.

Apart from the page's server, so that a busy scheduler never keeps a page waiting. It prints its address, and ends with
its workers when its standard input ends: also where the server was killed, nothing is left behind.
"""

from __future__ import annotations

import signal
import sys

from core.jobs.cluster import open_client
from core.jobs.settings import WorkerSettings


def main() -> int:
    """Keep the workers until nobody holds the other end of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this in order
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # in order as well
    workers, memory = (int(word) for word in sys.argv[1:3])
    with open_client(WorkerSettings(workers=workers, memory_bytes=memory or None, warm=True)) as client:
        sys.stdout.write(f"{client.scheduler_info()['address']}\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
