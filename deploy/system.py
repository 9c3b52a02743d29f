"""A centre and its kiosks as real programs: configured, started, killed, started again.

Everything they keep lies below one folder, everything they say in NAME.log there. The files they read
are written in one function for each program.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import tree

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15
COMMAND_SECONDS_MAX = 120
POLL_SECONDS = 0.05
# What a kiosk shows while it waits to be enrolled.
USER_CODE = r"\b[B-DF-HJ-NP-TV-Z]{4}-[B-DF-HJ-NP-TV-Z]{4}\b"


class SystemFailure(Exception):
    """A program did not do what it was started for."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(what, seconds, condition):
    """Asks `condition` until it answers something true, which is returned."""
    until = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > until:
            raise SystemFailure(f"{what}: not within {seconds} s")
        time.sleep(POLL_SECONDS)


def ini(sections):
    """The text of a configuration file from {section: {key: value}}."""
    blocks = []
    for section, values in sections.items():
        lines = [f"{key} = {value}" for key, value in values.items()]
        blocks.append("\n".join([f"[{section}]", *lines]))
    return "\n\n".join(blocks) + "\n"


def server_config(data, port, clock):
    return ini({"server": {"data": data, "port": port}, "demo": clock_config(clock)})


def kiosk_config(data, spool, centre_url, printer_dir, size, clock):
    width, height = size
    return ini({
        "kiosk": {"data": data, "spool": spool},
        "centre": {"url": centre_url, "spread_s": 1},
        "panel": {"width": width, "height": height, "fullscreen": "no"},
        "printer": {"device": f"file:{printer_dir}"},
        "test": {"tree": "yes"},
        "demo": clock_config(clock),
    })


def clock_config(clock):
    """The civil clock: `start` at the real millisecond `since`, the same for every program."""
    return {"demo": "yes", "start": clock["start"], "since": clock["since"]}


class Program:
    """A child process with a log, in a session of its own so that nothing is left behind."""

    def __init__(self, name, folder):
        self.name = name
        self.log_path = folder / f"{name}.log"
        self.process = None

    def run(self, command, env=None):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | (env or {}), start_new_session=True)

    def check_alive(self):
        if self.process.poll() is not None:
            raise SystemFailure(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")

    def tail(self):
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-15:])

    def stop(self):
        """Asks it to end, as systemd does."""
        self._end(signal.SIGTERM)

    def kill(self):
        """As when the power goes."""
        self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SystemFailure(f"{self.name} did not end within {STOP_SECONDS_MAX} s") from None


class Centre:
    def __init__(self, build, folder, clock, port=None):
        self.build, self.clock = pathlib.Path(build), clock
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "centre"
        self.config = self.folder / "server.conf"
        self.port = port or free_port()
        self.program = Program("server", self.folder)
        self.config.write_text(server_config(self.data, self.port, self.clock), encoding="utf-8")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def run_admin(self, command, *words):
        """Runs lvyue-admin by the same clock as the server."""
        line = [self.build / "lvyue-admin", command, *words, "--config", self.config]
        return subprocess.run([str(word) for word in line], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS_MAX, check=False)

    def admin(self, command, *words):
        """Gives what it printed; that it failed is ours."""
        done = self.run_admin(command, *words)
        if done.returncode:
            raise SystemFailure(f"lvyue-admin {command}: {done.stdout}{done.stderr}")
        return done.stdout

    def import_laws(self, folder):
        """Says which files were refused, and goes on with the others: they are not ours to mend."""
        done = self.run_admin("import-laws", folder)
        lines = done.stdout.strip().splitlines()
        print("\n".join(lines), flush=True)
        if not lines or not re.fullmatch(r"[1-9]\d* imported, \d+ refused", lines[-1]):
            raise SystemFailure(f"lvyue-admin import-laws: {done.stderr}")

    def is_made(self):
        return (self.folder / "made").exists()

    def make(self, assets, laws=None):
        """A new centre with its sites, days off, roster and content."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.admin("init")
        self.import_all("import-sites", assets / "demo" / "sites.csv")
        self.import_all("import-holidays", assets / "demo" / "holidays-2026.json")
        self.import_all("import-roster", assets / "demo" / "roster.csv")
        if laws:
            self.import_laws(laws)
        self.admin("publish", "--articles", assets / "content")
        (self.folder / "made").touch()

    def import_all(self, command, file):
        """Our own files are in order, so a refused line is a failure."""
        last = self.admin(command, file).strip().splitlines()[-1]
        if not re.fullmatch(r"\d+ imported, 0 refused", last):
            raise SystemFailure(f"{command} {file.name}: {last}")

    def start(self):
        self.program.run([self.build / "lvyue-server", "--config", self.config])
        wait_for("the server", START_SECONDS_MAX, self.is_ready)

    def is_ready(self):
        self.program.check_alive()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        self.program.stop()

    def kill(self):
        self.program.kill()

    def enrol(self, code, site):
        self.admin("enrol", code, site)

    def bookings(self):
        """One dict a booking; other lines tell how many there are."""
        lines = [json.loads(line) for line in self.admin("bookings", "--json").splitlines()]
        return [line for line in lines if "code" in line]

    def walkins(self):
        """The numbers handed out, read beside the server."""
        file = self.data / "centre.db"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT letter, number FROM ticket").fetchall()
        return {f"{letter}{number:03}" for letter, number in rows}

    def check(self):
        """The invariants of the protocol over the centre's data."""
        self.admin("check")


class KioskProgram:
    def __init__(self, build, folder, centre_url, clock, name="kiosk", size=(1080, 1920),
                 is_display=False):
        self.build, self.clock, self.size = pathlib.Path(build), clock, size
        self.role = ["--display"] if is_display else []
        self.folder = pathlib.Path(folder)
        self.centre_url = centre_url
        self.data = self.folder / name
        self.spool = self.folder / f"{name}-spool"
        self.printer = self.folder / f"{name}-slips"
        self.config = self.folder / f"{name}.conf"
        self.socket_path = self.folder / f"{name}.sock"
        self.program = Program(name, self.folder)
        self.screen = None

    def start(self, env=None):
        """`env` names the display; without one SDL's dummy driver paints into memory."""
        for folder in (self.data, self.spool, self.printer):
            folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(kiosk_config(self.data, self.spool, self.centre_url, self.printer,
                                            self.size, self.clock), encoding="utf-8")
        self.socket_path.unlink(missing_ok=True)
        self.program.run([self.build / "lvyue-kiosk", "--config", self.config, *self.role,
                          "--tree", self.socket_path], env or {"SDL_VIDEODRIVER": "dummy"})
        wait_for("the kiosk's window", START_SECONDS_MAX, self.is_open)
        self.screen = tree.Kiosk(self.socket_path)

    def is_open(self):
        self.program.check_alive()
        return self.socket_path.exists()

    def enrol(self, centre, site):
        """Types the code on the screen at the centre, as staff do."""
        def code():
            self.program.check_alive()
            return self.screen.tree().search(USER_CODE)

        centre.enrol(wait_for("an enrolment code on the screen", START_SECONDS_MAX, code)[0], site)

    def is_enrolled(self):
        return self.screen.tree().search(USER_CODE) is None and any(self.data.iterdir())

    def ask_database(self, question):
        """One number, read beside the program."""
        file = self.data / "kiosk.db"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchone()[0]

    def unsent(self):
        """Lines of its log whose answer has not come."""
        return self.ask_database("SELECT op_seq - acked FROM self")

    def own_seats(self):
        return self.ask_database("SELECT count(*) FROM held")

    def slips(self):
        """What the printer got, oldest first: a stream each, and beside it a picture (.pbm)."""
        log = self.printer / "slips.log"
        keys = log.read_text(encoding="ascii").split() if log.exists() else []
        return [self.printer / f"{key}.escpos" for key in keys]

    def stop(self):
        self._hang_up()
        self.program.stop()

    def kill(self):
        self._hang_up()
        self.program.kill()

    def _hang_up(self):
        if self.screen:
            self.screen.close()
            self.screen = None


@contextlib.contextmanager
def display(folder, size):
    """An X display in memory; gives the environment that names it."""
    width, height = size
    xvfb = Program("xvfb", pathlib.Path(folder))
    read_end, write_end = os.pipe()
    with open(xvfb.log_path, "ab") as log:
        xvfb.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp"], pass_fds=[write_end], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as number:
            name = number.readline().strip()
        if not name:
            raise SystemFailure(f"Xvfb did not start:\n{xvfb.tail()}")
        yield {"DISPLAY": f":{name}", "SDL_VIDEODRIVER": "x11"}
    finally:
        xvfb.stop()
