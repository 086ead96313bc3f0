"""Runs in a network namespace of its own: an Orthanc that only a socket file beside it leads to.

    unshare --net python orthanc_inside.py CONFIG SOCKET

Ends, and Orthanc with it, when its standard input is closed.
"""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import threading

HTTP_PORT = 8042
_SET_FLAGS, _UP = 0x8914, 0x1


def loopback_up() -> None:
    """A fresh namespace has a loopback interface that is down, and no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def copy(source: socket.socket, target: socket.socket) -> None:
    """Bytes one way until either side ends; then both are told."""
    with contextlib.suppress(OSError):  # the other end went away, which ends this connection
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def join(one: socket.socket, other: socket.socket) -> None:
    """Both ways, in threads of their own, until either side ends."""

    def both() -> None:
        with one, other:
            back = threading.Thread(target=copy, args=(other, one), daemon=True)
            back.start()
            copy(one, other)
            back.join()

    threading.Thread(target=both, daemon=True).start()


def serve(listening: socket.socket) -> None:
    """Each connection to the socket file becomes one to Orthanc."""
    while True:
        incoming, _ = listening.accept()
        try:
            join(incoming, socket.create_connection(("127.0.0.1", HTTP_PORT), timeout=60))
        except OSError:
            incoming.close()


def main(config: str, path: str) -> None:
    """Start Orthanc, then the way to it; wait for standard input to end."""
    loopback_up()
    orthanc = subprocess.Popen(["Orthanc", config], stdin=subprocess.DEVNULL)
    try:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(path)
        listening.listen()
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        sys.stdout.write(f"{orthanc.pid}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        orthanc.terminate()
        orthanc.wait(20)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
