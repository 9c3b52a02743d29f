#!/usr/bin/env python3
"""SIGKILL at random moments to the real server and the real kiosk's keeper, under load.

    tests/e2e/kill_loop.py [--kills 1000] [--seed N] [--build DIR]

So many kills of each. The keeper works off more than any visitors could ask (keeper_load.c), and kiosks
that share no code with ours push large batches, through a line that breaks too. A program is stopped
first at a random microsecond and looked at: who holds the writing lock of its database is inside a
transaction; then it is killed as it stands. At the end every slip that was printed is known at the
centre exactly once, every booking there has its slip, every answer that was given stands.
"""

import argparse
import calendar
import collections
import contextlib
import json
import os
import pathlib
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "deploy")]

import centre as c
import proxy
import system

PUSHERS = 2
BATCH = 48
PAUSE_SECONDS = 0.21  # a kiosk may ask five times a second
RUN_SECONDS_MAX = 0.6
SETTLE_SECONDS = 90
ANSWER_SECONDS = 10
TORN_EVERY = 4  # one kill in so many comes while the line tears
TEAR_BYTES_MAX = 20000
SHARE_MIN = 0.2
# Where SQLite locks writers out, in bytes from the start of the -shm file.
WRITE_LOCK = "120"
LIVE = ("confirmed", "checked_in", "served", "no_show")


class Wrong(Exception):
    """Something that must never happen did."""


def is_writing(pid, database):
    """Whether this process is inside a writing transaction of the database now."""
    try:
        inode = os.stat(f"{database}-shm").st_ino
    except FileNotFoundError:
        return False
    for line in pathlib.Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1:4] != ["POSIX", "ADVISORY", "WRITE"] or fields[4] != str(pid):
            continue
        first, last = fields[6], fields[7]
        held = int(first) <= int(WRITE_LOCK) and (last == "EOF" or int(WRITE_LOCK) <= int(last))
        if held and fields[5].endswith(f":{inode}"):
            return True
    return False


def kill(process, database):
    """Stops it where it is, looks, kills it. Answers whether a transaction was open."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    if process.poll() is not None:
        raise Wrong(f"{database.name}: its program fell by itself: {process.returncode}")
    open_now = is_writing(process.pid, database)
    process.kill()
    process.wait()
    return open_now


class Pusher(threading.Thread):
    """A kiosk of another make: it pushes batches, keeps what it was answered, and asks again."""

    def __init__(self, centre):
        super().__init__(daemon=True)
        self.kiosk = c.Kiosk(centre).start()
        self.kiosk.sealed = lambda booking, box=self.kiosk.sealed("0" * 32): box
        self.is_over = threading.Event()
        self.waiting = []  # pushed and not answered
        self.answers = {}
        self.hashes = {}
        self.count = 0
        self.again = 0
        self.fault = None

    def make_batch(self):
        ops = []
        rights = [right for right in self.kiosk.of_kind("right").values() if not right["booking"]]
        for i in range(BATCH // 3):
            self.count += 1
            ops.append(self.kiosk.op("ticket", day=20000 + self.count // 999, letter="Z",
                                     number=1 + self.count % 999))
            right = rights[i % len(rights)]
            booking, op = self.kiosk.sale("right", right["sitting"], right["seat"], right["epoch"])
            ops += [op, self.kiosk.op("cancel", booking=booking, why="citizen")]
        return ops

    def push(self):
        if not self.waiting:
            self.waiting = self.make_batch()
        try:
            status, told = self.kiosk.push(*self.waiting)
        except (OSError, c.http.client.HTTPException, ValueError):
            self.again += 1
            return
        if status in (429, 503):
            return
        if status != 200:
            raise Wrong(f"a push was answered {status} {told}")
        for (text, _), result in zip(self.waiting, told["results"], strict=True):
            op = json.loads(text)
            if op["kind"] == "book" and result["outcome"] == "refused":
                raise Wrong(f"a right was refused: {result}")
            if self.answers.setdefault(op["seq"], result) != result:
                raise Wrong(f"another answer to operation {op['seq']}")
        self.waiting = []

    def run(self):
        try:
            while not self.is_over.wait(PAUSE_SECONDS):
                self.push()
            while self.waiting:
                self.push()
                time.sleep(PAUSE_SECONDS)
        except Exception as fault:  # it is told at the end, by the main thread
            self.fault = f"{type(fault).__name__}: {fault}"


class Loop:
    def __init__(self, build, folder, seed, pushers=PUSHERS):
        self.pusher_count = pushers
        self.build, self.folder = pathlib.Path(build), pathlib.Path(folder)
        self.dice = random.Random(seed)
        c.BUILD = self.build
        self.centre = c.Centre(port=system.free_port())
        self.line = None
        self.keeper = None
        self.pushers = []
        self.kills = collections.Counter()
        self.open = collections.Counter()
        self.slips = self.folder / "slips"
        self.data = self.folder / "kiosk"
        self.spool = self.folder / "spool"
        self.incs = set()

    def close(self):
        for pusher in self.pushers:
            pusher.is_over.set()
        if self.keeper and self.keeper.poll() is None:
            self.keeper.kill()
            self.keeper.wait()
        if self.line:
            self.line.close()
        self.centre.stop()
        self.centre.folder.cleanup()

    def start_keeper(self, asks=12):
        with open(self.folder / "keeper.log", "ab") as log:
            self.keeper = subprocess.Popen(
                [self.build / "lvyue-keeper-load", self.data, self.spool,
                 f"http://127.0.0.1:{self.line.port}", self.slips, str(self.demo_offset_ms()),
                 str(asks)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                text=True)

    def demo_offset_ms(self):
        start = time.strptime(c.START, "%Y-%m-%dT%H:%M")
        start_ms = (calendar.timegm(start) - 8 * 3600) * 1000
        return start_ms - self.centre.since_ms

    def prepare(self):
        """All kiosks are taken in before there is a roster, so that each gets seats of its own."""
        self.centre.admin("init")
        self.centre.admin("import-sites", c.DEMO / "sites.csv")
        self.centre.admin("publish", "--articles", ROOT / "assets" / "content")
        self.centre.serve()
        self.line = proxy.Proxy(("127.0.0.1", self.centre.port), self.dice.random())
        for folder in (self.data, self.spool):
            folder.mkdir()
        self.start_keeper()
        self.centre.admin("enrol", self.keeper.stdout.readline().strip(), c.HALL)
        self.pushers = [Pusher(self.centre) for _ in range(self.pusher_count)]
        # The keeper has said hello, so it counts when seats are split.
        system.wait_for("the keeper's hello", ANSWER_SECONDS, lambda: self.ask(
            self.data / "kiosk.db", "SELECT count(*) FROM self WHERE gen IS NOT NULL")[0][0])
        self.centre.admin("import-roster", c.DEMO / "roster.csv")
        system.wait_for("a slip", ANSWER_SECONDS, self.slip_lines)
        for pusher in self.pushers:
            pusher.kiosk.pull()
            pusher.start()

    def slip_lines(self):
        """Whole lines: one that was being written when the program fell is no slip."""
        if not self.slips.exists():
            return []
        return [line.split() for line in self.slips.read_text().split("\n")[:-1]]

    def strike(self, whom):
        is_torn = self.dice.randrange(TORN_EVERY) == 0
        if is_torn:
            self.line.tear(TEAR_BYTES_MAX)
        before = len(self.slip_lines())
        system.wait_for("a slip more", SETTLE_SECONDS, lambda: len(self.slip_lines()) > before)
        time.sleep(self.dice.uniform(0, RUN_SECONDS_MAX))
        if whom == "keeper":
            was_open = kill(self.keeper, self.data / "kiosk.db")
            self.start_keeper()
        else:
            was_open = kill(self.centre.process, self.centre.data / "centre.db")
            self.centre.stop()
            self.centre.serve()
        self.kills[whom] += 1
        self.open[whom] += was_open
        self.line.restore()
        if (self.data / "quarantine").exists():
            raise Wrong("the kiosk has set its database aside")
        for pusher in self.pushers:
            if pusher.fault:
                raise Wrong(pusher.fault)

    # ---- In the end

    def settle(self):
        """The keeper ends with nothing unsent; the pushers with nothing unanswered."""
        for pusher in self.pushers:
            pusher.is_over.set()
        for pusher in self.pushers:
            pusher.join(SETTLE_SECONDS)
            if pusher.fault or pusher.is_alive():
                raise Wrong(pusher.fault or "a kiosk still waits for an answer")
        # What the load left is sent by a keeper that is asked nothing.
        self.keeper.kill()
        self.keeper.wait()
        self.start_keeper(asks=0)
        # A backlog may take its time, as long as it shrinks.
        left = self.left()
        while left:
            left = system.wait_for("less unsent or unprinted", SETTLE_SECONDS, lambda: (
                (now := self.left()) < left and [now]))[0]
        self.keeper.kill()
        self.keeper.wait()

    def left(self):
        unsent = self.ask(self.data / "kiosk.db", "SELECT op_seq - acked FROM self")[0][0]
        return unsent + len(list(self.spool.glob("*.slip")))

    def ask(self, database, question):
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchall()

    def copy(self, database):
        """A copy to look into, its log with it."""
        for tail in ("", "-wal"):
            if pathlib.Path(f"{database}{tail}").exists():
                shutil.copy(f"{database}{tail}", self.folder / f"copy-{database.name}{tail}")
        return self.folder / f"copy-{database.name}"

    def judge(self):
        self.centre.stop()
        centre_db = self.copy(self.centre.data / "centre.db")
        kiosk_db = self.copy(self.data / "kiosk.db")
        ((inc,),) = self.ask(kiosk_db, "SELECT inc FROM self")
        printed = {booking: code for booking, code in self.slip_lines()}
        rows = self.ask(centre_db, "SELECT id, code, state FROM booking "
                                   f"WHERE source_inc = '{inc}'")
        known = collections.Counter(row[0] for row in rows)
        codes = {row[0]: row[1] for row in rows}
        for booking, code in printed.items():
            if known[booking] != 1 or codes[booking] != code:
                yield f"slip {code} of {booking}: {known[booking]} times at the centre"
        for booking, _, state in rows:
            if state in LIVE and booking not in printed:
                yield f"a live booking without a slip: {booking}"
        yield from self.judge_log(centre_db, inc, dict(self.ask(kiosk_db,
                                                                "SELECT seq, hash FROM op")))
        for pusher in self.pushers:
            kiosk = pusher.kiosk
            hashes = self.ask(centre_db, f"SELECT hash FROM op_result WHERE inc = '{kiosk.inc}' "
                                         "ORDER BY seq DESC LIMIT 1")
            if hashes != [(kiosk.op_hash.hex(),)]:
                yield "a pushed log does not end as it was pushed"
        code, lines = self.centre.admin("check", check=False)
        if code:
            yield f"lvyue-admin check: {lines}"
        retired = self.ask(centre_db, "SELECT count(*) FROM incarnation WHERE state <> 'active'")
        if retired != [(0,)]:
            yield f"{retired[0][0]} lives of kiosks were ended"
        self.counts = (len(printed), len(rows), sum(len(p.answers) for p in self.pushers),
                       sum(p.again for p in self.pushers))

    def judge_log(self, centre_db, inc, own):
        answered = dict(self.ask(centre_db,
                                 f"SELECT seq, hash FROM op_result WHERE inc = '{inc}'"))
        if sorted(answered) != list(range(1, len(answered) + 1)):
            yield "the kiosk's operations have a gap at the centre"
        for seq, digest in own.items():
            if answered.get(seq) != digest:
                yield f"operation {seq} is another one at the centre"

    def run(self, kills):
        self.prepare()
        turns = ["keeper", "server"] * kills
        self.dice.shuffle(turns)
        for whom in turns:
            self.strike(whom)
        self.settle()
        return list(self.judge())


def main():
    parser = argparse.ArgumentParser(prog="tests/e2e/kill_loop.py")
    parser.add_argument("--kills", type=int, default=1000, help="of each program")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("BUILD", ROOT / "build" / "dev")))
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(10**9)
    print(f"seed {seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lvyue-kill-"))
    began = time.monotonic()
    loop = Loop(options.build, folder, seed)
    try:
        wrong = loop.run(options.kills)
    except (Wrong, system.SystemFailure) as fault:
        wrong = [str(fault)]
        shutil.copy(loop.centre.dir / "server.log", folder)
    finally:
        loop.close()
    share = sum(loop.open.values()) / max(1, sum(loop.kills.values()))
    for whom in ("keeper", "server"):
        print(f"{whom}: {loop.kills[whom]} kills, {loop.open[whom]} inside an open transaction")
    if not wrong:
        print("{} slips, {} bookings from them, {} pushed operations answered, {} pushes broken "
              "off".format(*loop.counts))
    if share < SHARE_MIN:
        wrong.append(f"only {share:.0%} of the kills fell into a transaction")
    for text in wrong:
        print(f"WRONG: {text}")
    print(f"{time.monotonic() - began:.0f} s; {share:.0%} inside a transaction")
    if wrong:
        print(f"everything lies in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
