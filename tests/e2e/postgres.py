#!/usr/bin/env python3
"""A private PostgreSQL for tests: its own folder under /tmp, its own socket, nobody else's data.

As a program: postgres.py COMMAND…  runs COMMAND beside a cluster that lives as long as the command
does. Its conninfo stands in LYVUE_PG, and in the place of an argument @CONNINFO@. Where PostgreSQL is
not installed it says so and ends with 77.
"""
import ctypes
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77
USER = "postgres"  # the server refuses to run as root
FAST = ("fsync=off", "full_page_writes=off")  # for tests that do not speak of durability


def bin_dir():
    """The newest PostgreSQL that is installed, from 15 on, or None."""
    found = [(int(p.split("/")[4]), p) for p in glob.glob("/usr/lib/postgresql/[0-9]*/bin")]
    found = [(v, p) for v, p in found if v >= 15 and os.path.exists(f"{p}/initdb")]
    return max(found)[1] if found else None


def _as_user():
    """Keywords for subprocess: as USER where we are root, and never longer than we live."""
    libc = ctypes.CDLL(None)
    kw = {"preexec_fn": lambda: libc.prctl(1, signal.SIGQUIT)}  # PR_SET_PDEATHSIG
    if os.getuid() == 0:
        kw.update(user=USER, group=USER, extra_groups=[])
    return kw


def sql(conninfo, text):
    """What psql answers, unaligned."""
    done = subprocess.run([f"{bin_dir()}/psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d",
                           conninfo, "-c", text], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


class Cluster:
    """One server. `conninfo(db)` speaks to it over its socket as the superuser."""

    def __init__(self, settings=FAST, source=None, name="a"):
        self.bin = bin_dir()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"lvyue-pg-{name}-", dir="/tmp"))
        self.data = self.dir / "data"
        self.settings = list(settings)
        self.process = None
        if os.getuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(self.dir, owner.pw_uid, owner.pw_gid)
        os.chmod(self.dir, 0o755)
        if source:
            self._run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast",
                      "-d", source.conninfo("postgres") + f" application_name={name}")
        else:
            self._run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-N",
                      "--locale=C", "--encoding=UTF8", "--data-checksums")

    def _run(self, program, *args):
        done = subprocess.run([f"{self.bin}/{program}", *map(str, args)], capture_output=True,
                              text=True, cwd=self.dir, **_as_user())
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        options = []
        for setting in [f"unix_socket_directories={self.dir}", "listen_addresses=",
                        "shared_buffers=16MB", "max_connections=60", *self.settings]:
            options += ["-c", setting]
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen(
                [f"{self.bin}/postgres", "-D", str(self.data), *options], stdout=log, stderr=log,
                cwd=self.dir, **_as_user())
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start: " + (self.dir / "log").read_text())
            time.sleep(0.05)
        return self

    def answers(self):
        return subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", self.dir]).returncode == 0

    def conninfo(self, db="lvyue"):
        return f"host={self.dir} user={USER} dbname={db}"

    def sql(self, text, db="lvyue"):
        return sql(self.conninfo(db), text)

    def make(self, db="lvyue"):
        self.sql(f'CREATE DATABASE "{db}" TEMPLATE template0', "postgres")
        return self

    def promote(self):
        self._run("pg_ctl", "promote", "-w", "-D", self.data)

    def kill(self):
        """As if the machine had gone: no clean end of anything."""
        self._end(signal.SIGQUIT)

    def stop(self):
        self._end(signal.SIGINT)

    def _end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        self.process = None

    def drop(self):
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.dir, ignore_errors=True)


def main(command):
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if not bin_dir():
        print("skipped: PostgreSQL is not installed (deploy/install-packages test)")
        return SKIP
    cluster = Cluster()
    try:
        cluster.start()
        conninfo = cluster.conninfo("postgres")
        command = [conninfo if word == "@CONNINFO@" else word for word in command]
        return subprocess.run(command, env=os.environ | {"LYVUE_PG": conninfo}).returncode
    finally:
        cluster.drop()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1:]))
