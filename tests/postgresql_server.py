"""A PostgreSQL server on loopback for tests alone, which can be killed; Debian's package postgresql."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from core.registry.database import connect
from core.registry.place import Place
from tests.server import free_port

PASSWORD = "only-for-tests"


def binaries() -> Path | None:
    """Where the newest server's programs lie, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class PostgreSQL:
    """A server and its folder."""

    programs: Path
    folder: Path
    port: int
    options: str

    @property
    def url(self) -> str:
        """Without a database."""
        return f"postgresql://board:{PASSWORD}@127.0.0.1:{self.port}"

    def start(self, seconds: float = 60.0) -> None:
        """Start it, also where a killed one has only just let go."""
        end = time.monotonic() + seconds
        while True:
            try:
                _as_server([*self._control, "-l", str(self.folder / "log"), "-o", self._served, "start"])
            except subprocess.CalledProcessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self) -> None:
        """Stop it at once."""
        _as_server([*self._control, "-m", "immediate", "stop"])

    def kill(self) -> None:
        """SIGKILL to the postmaster."""
        os.kill(self._postmaster(), signal.SIGKILL)

    def kill_backend(self) -> bool:
        """SIGKILL to a process that serves a connection, after which all of them start anew; False if none did."""
        for entry in Path(f"/proc/{self._postmaster()}/task/{self._postmaster()}/children").read_text().split():
            if b"board" in Path(f"/proc/{entry}/cmdline").read_bytes():
                os.kill(int(entry), signal.SIGKILL)
                return True
        return False

    def place(self, folder: Path, name: str) -> Place:
        """A place with a new database of that name."""
        engine = connect(Place(folder, f"{self.url}/postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return Place(folder, f"{self.url}/{name}")

    def _postmaster(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])

    @property
    def _control(self) -> list[str]:
        return [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w"]

    @property
    def _served(self) -> str:
        return f"-h 127.0.0.1 -p {self.port} -k {self.folder} {self.options}"


@contextmanager
def postgresql(programs: Path, options: str = "") -> Iterator[PostgreSQL]:
    """A server with a password until the block ends; `options` of the postmaster, such as -F."""
    folder = Path(tempfile.mkdtemp(prefix="haic-postgresql-"))
    made = PostgreSQL(programs, folder, free_port(), options)
    password = folder / "password"
    password.write_text(PASSWORD)
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (folder, password):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    try:
        initial = ["-U", "board", "-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8", "--no-sync"]
        _as_server([str(programs / "initdb"), "-D", str(folder / "data"), *initial])
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder)


def _as_server(command: list[str]) -> None:
    """PostgreSQL refuses to run as root; then it runs as Debian's user postgres."""
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*user, *command], check=True, capture_output=True, cwd="/", timeout=120)
