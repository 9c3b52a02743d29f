"""Where the benchmarks run: copies of a filled county, servers on them, PostgreSQL, nginx."""
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "deploy")]

import postgres
import system

SMALL = {"sites": 20, "kiosks": 1000}
LARGE = {"sites": 200, "kiosks": 10000}
Effort = collections.namedtuple("Effort", "rounds bookings hot_ms hot_sales reads swarm_sales swarm_ms")
FULL = Effort(3, 6400, 4000, 65536, 60000, 10, 2000)
QUICK = Effort(1, 1280, 1000, 16384, 20000, 3, 1000)
LINES_MAX = 20000
# As a server that keeps its word: flushes are on.
PG_SETTINGS = ("fsync=on", "shared_buffers=256MB", "max_wal_size=4GB")
TICK_US = 1000000 // os.sysconf("SC_CLK_TCK")
TWICE = ("SELECT count(*) FROM (SELECT sitting, seat FROM booking WHERE state IN ('confirmed', "
         "'checked_in', 'served', 'no_show') GROUP BY sitting, seat HAVING count(*) > 1) AS twice")
CONFIRMED = "SELECT count(*) FROM booking WHERE state = 'confirmed'"
SOLD = "SELECT count(*) FROM seat WHERE booking IS NOT NULL"


class Wrong(Exception):
    """The service did what it must not."""


def cpu_us(pids):
    """What these processes have used of the processor."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_US
    return total


class Place:
    def __init__(self, build, effort):
        self.build, self.effort = build, effort
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        # Beside the programs and not in /tmp, which may lie in memory: flushes must be real.
        self.dir = pathlib.Path(self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix="bench-", dir=self.build)))
        self.filled = {}
        self.number = 0
        self.cluster = None
        return self

    def __exit__(self, *_):
        self.stack.close()

    def machine(self):
        """Where the figures come from."""
        about = pathlib.Path("/proc/cpuinfo").read_text()
        name = re.search(r"^model name\s*: (.*)$", about, re.M)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        return (f"{os.cpu_count()} x {name[1] if name else os.uname().machine}, {memory:.0f} GiB, "
                f"Linux {os.uname().release}, flush of 4 KiB {self.flush_us():.0f} us, "
                f"load {os.getloadavg()[0]:.2f}")

    def flush_us(self):
        """Of an appended page, the median of a hundred."""
        took = []
        with open(self.dir / "flush", "wb", buffering=0) as file:
            for _ in range(100):
                file.write(bytes(4096))
                begun = time.perf_counter()
                os.fdatasync(file.fileno())
                took.append((time.perf_counter() - begun) * 1e6)
        return sorted(took)[50]

    def new_name(self, what):
        self.number += 1
        return f"{what}{self.number}"

    def tool(self, mode, data, database=None, **values):
        words = [f"{name}={value}" for name, value in values.items()]
        if database:
            words.append(f"database={database}")
        done = subprocess.run([self.build / "lvyue-bench", mode, f"dir={data}", *words],
                              capture_output=True, text=True)
        if done.returncode:
            raise Wrong(f"{mode} {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def pg(self):
        if not self.cluster:
            self.cluster = postgres.Cluster(PG_SETTINGS, name="bench")
            self.stack.callback(self.cluster.drop)
            self.cluster.start()
        return self.cluster

    def template(self, size, on_pg):
        """A filled county: its folder, and the name of its database where that is a server's."""
        key = (size["kiosks"], on_pg)
        if key not in self.filled:
            data = self.dir / self.new_name("county")
            name = self.new_name("county") if on_pg else None
            if on_pg:
                self.pg().make(name)
            self.tool("fill", data, self.conninfo(name), **size)
            self.filled[key] = (data, name)
        return self.filled[key]

    def conninfo(self, name):
        return self.cluster.conninfo(name) if name else None

    def copy(self, size, on_pg=False):
        """A fresh copy of a county: its folder and conninfo."""
        data, name = self.template(size, on_pg)
        fresh = self.dir / self.new_name("copy")
        shutil.copytree(data, fresh, ignore=shutil.ignore_patterns("*.sock", "lock"))
        if not on_pg:
            return fresh, None
        copy = self.new_name("copy")
        self.cluster.sql(f"CREATE DATABASE {copy} TEMPLATE {name}", "postgres")
        self.cluster.sql("CHECKPOINT", "postgres")
        return fresh, self.conninfo(copy)

    @contextlib.contextmanager
    def serve(self, size, on_pg=False, program="lvyue-server"):
        server = Server(self, *self.copy(size, on_pg), program)
        try:
            yield server
            server.stop()
            server.check()
        finally:
            server.drop()

    @contextlib.contextmanager
    def nginx(self):
        """One that answers at once and does nothing else."""
        folder = self.dir / self.new_name("nginx")
        folder.mkdir()
        port = system.free_port()
        temp = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; worker_processes 2;\n"
            + ("user root;\n" if os.getuid() == 0 else "")
            + f"events {{}}\nhttp {{ access_log off; {temp} keepalive_requests 100000000;\n"
            f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}\n")
        process = subprocess.Popen(["nginx", "-e", folder / "log", "-p", folder, "-c",
                                    folder / "nginx.conf"])
        try:
            system.wait_for("nginx", 10, lambda: self.children(process.pid))
            yield port, self.children(process.pid)
        finally:
            process.terminate()
            process.wait(10)

    @staticmethod
    def children(pid):
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return text if len(text) == 2 else None

    def read(self, data, port, pids, requests, target=None, database=None):
        """Microseconds of the server's processor for a request."""
        words = [f"port={port}", f"requests={requests}"]
        words += [f"target={target}"] if target else []
        words += [f"database={database}"] if database else []
        tool = subprocess.Popen([self.build / "lvyue-bench", "read", f"dir={data}", *words],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        tool.stdout.readline()
        before = cpu_us(pids)
        said, _ = tool.communicate("\n")
        if tool.returncode:
            raise Wrong(f"read {' '.join(words)}")
        return (cpu_us(pids) - before) / json.loads(said)["requests"]


class Server:
    """A server on a copy of its own."""

    def __init__(self, place, data, database, program):
        self.place, self.data, self.database = place, data, database
        self.config = data / "server.conf"
        lines = ["[server]", f"data = {data}", "port = 0", f"connections_max = {LINES_MAX}"]
        lines += [f"database = {database}"] if database else []
        self.config.write_text("\n".join(lines) + "\n")
        self.log = open(data / "server.log", "w+")
        self.process = subprocess.Popen([place.build / program, "--config", self.config],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.port = system.wait_for("the server", 30, self.listening)
        self.pid = self.process.pid

    def said(self):
        return (self.data / "server.log").read_text()

    def listening(self):
        if self.process.poll() is not None:
            raise Wrong(self.said())
        found = re.search(r"listening on 127.0.0.1:(\d+)", self.said())
        return found and int(found[1])

    def tool(self, mode, **values):
        return self.place.tool(mode, self.data, self.database, port=self.port, pid=self.pid,
                               **values)

    def number(self, question):
        """Asked of the database itself, not of us."""
        if self.database:
            return int(postgres.sql(self.database, question))
        file = self.data / "centre.db"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchone()[0]

    def expect(self, confirmed):
        """Each booking that was answered is there, each seat is sold once."""
        found = self.number(CONFIRMED), self.number(SOLD), self.number(TWICE)
        if found != (confirmed, confirmed, 0):
            raise Wrong(f"{confirmed} were confirmed; bookings, seats, sold twice: {found}")

    def stop(self):
        self.process.terminate()
        if self.process.wait(30):
            raise Wrong(self.said())

    def check(self):
        done = subprocess.run([self.place.build / "lvyue-admin", "check", "--config", self.config],
                              capture_output=True, text=True)
        if done.returncode:
            raise Wrong(done.stdout + done.stderr)

    def drop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.data)
