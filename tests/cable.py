"""A cable between browser and server that can be pulled out and put back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536


class Cable:
    """Hands bytes on between its own port on loopback and the server's; nothing while it is pulled out."""

    def __init__(self, port: int) -> None:
        self._to, self._open, self._plugged = port, set[socket.socket](), True
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the browser finds the server."""
        return f"http://127.0.0.1:{self.port}"

    def pull(self) -> None:
        """Cut every connection; new ones end at once."""
        with self._lock:
            self._plugged = False
            cut, self._open = self._open, set()
        for one in cut:
            with suppress(OSError):  # the other end may have closed it meanwhile
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def plug(self) -> None:
        """Let new connections through again."""
        with self._lock:
            self._plugged = True

    def close(self) -> None:
        """Cut all and stop listening."""
        self.pull()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:  # closed
                return
            with self._lock:
                plugged = self._plugged
                if plugged:
                    self._open |= {near, far}
            if not plugged:
                near.close()
                far.close()
                continue
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_hand_on, args=(source, target), daemon=True).start()


@contextmanager
def plugged_in(port: int) -> Iterator[Cable]:
    """A cable to the server on `port` until the block ends."""
    cable = Cable(port)
    try:
        yield cable
    finally:
        cable.close()


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # pulled out
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
