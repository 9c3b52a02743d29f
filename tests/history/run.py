#!/usr/bin/env python3
"""A history of two instances of the centre on one PostgreSQL, over lines that break, and its judgement.

    tests/history/run.py [--seconds 600] [--clients 8] [--seed N] [--build DIR]

Clients want the same few seats, cancel and read, each request at either instance. Meanwhile lines are
delayed, stalled, cut, torn, and double, reorder and replay requests; instances are killed; PostgreSQL
falls and is stopped. Each seat must be linearizable, each operation done once, each reader's feed
ordered, unique, complete and resumable (check.py).
"""

import argparse
import collections
import os
import pathlib
import random
import secrets
import shutil
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e"), str(ROOT / "deploy")]

import centre as c
import check
import client
import postgres
import proxy
import system

SEATS = 10
SETTLE_SECONDS = 90
TOLD_MAX = 20  # complaints
FAULT_SECONDS_MAX = 1.5
NOON_MS = 1772596800000  # 2026-03-04 12:00 in UTC+8; the clock starts at 8:40
DAY_MS = 86400000


def twin_of(first, port):
    """A second instance: its own folder with the keys and the content of the first."""
    twin = c.Centre(database=first.database, port=port)
    text = first.config.read_text().replace(str(first.data), str(twin.data))
    twin.config.write_text(text.replace(f"port = {first.own_port}", f"port = {port}"))
    twin.data.mkdir()
    for name in ("keys", "content"):
        shutil.copytree(first.data / name, twin.data / name)
    twin.admin("init")
    return twin


class Run:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.cluster = postgres.Cluster(settings=[])
        self.centres, self.lines, self.clients = [], [], []
        self.is_over = threading.Event()
        self.met = collections.Counter()

    def close(self):
        self.is_over.set()
        for line in self.lines:
            line.close()
        for centre in self.centres:
            centre.__exit__()
        self.cluster.drop()

    def prepare(self, clients):
        self.cluster.start().make()
        ports = system.free_port(), system.free_port()
        first = c.Centre(database=self.cluster.conninfo(), port=ports[0])
        first.database, first.own_port = self.cluster.conninfo(), ports[0]
        self.centres.append(first)
        first.fill()
        self.centres.append(twin_of(first, ports[1]))
        for centre in self.centres:
            centre.serve()
        self.lines = [proxy.Proxy(("127.0.0.1", port), self.dice.random()) for port in ports]
        kiosks = [c.Kiosk(first).start() for _ in range(clients)]
        for kiosk in kiosks:
            kiosk.pull()
        seats = self.pool_seats(kiosks[0])
        for kiosk in kiosks:
            # It begins to read anew, as the reader whose pages are judged.
            one = client.Client(kiosk, random.Random(self.dice.random()), seats, self.is_over)
            kiosk.pos, kiosk.rows = {"c": 0, "s": 0, "d": 0}, {}
            one.doors = [client.Door(*pair) for pair in zip(self.centres, self.lines)]
            self.clients.append(one)

    def pool_seats(self, kiosk):
        seats = [(avail["sitting"], seat) for avail in kiosk.of_kind("avail").values()
                 for seat in range(1, 51) if avail["pool"] >> (seat - 1) & 1
                 and NOON_MS < kiosk.rows["c", "sitting", avail["sitting"]]["start_ms"]
                 < NOON_MS + 12 * DAY_MS]
        return self.dice.sample(sorted(seats), SEATS)

    # ---- What goes wrong

    def faults(self):
        line, centre = self.dice.choice(self.lines), self.dice.choice(self.centres)
        return {
            "delay": lambda: line.delay(self.dice.uniform(0.01, 0.3)),
            "stall": line.stall,
            "cut": line.cut,
            "tear": lambda: line.tear(4000),
            "double": lambda: line.confuse(double=0.5),
            "reorder": lambda: line.confuse(reorder=0.5),
            "replay": lambda: line.confuse(replay=0.3, double=0.1),
            "kill an instance": lambda: self.kill(centre),
            "PostgreSQL falls": lambda: self.restart(self.cluster.kill),
            "PostgreSQL stops": lambda: self.restart(self.cluster.stop),
        }

    def kill(self, centre):
        centre.stop(signal.SIGKILL)
        time.sleep(self.dice.uniform(0, FAULT_SECONDS_MAX))
        centre.serve()

    def restart(self, end):
        end()
        time.sleep(self.dice.uniform(0, FAULT_SECONDS_MAX))
        self.cluster.start()

    def strike(self):
        name, fault = self.dice.choice(list(self.faults().items()))
        fault()
        time.sleep(self.dice.uniform(0.2, FAULT_SECONDS_MAX))
        for line in self.lines:
            line.restore()
        self.met[name] += 1
        for centre in self.centres:
            if centre.process.poll() is not None:
                raise client.Wrong(f"an instance fell by itself: {centre.log_text()[-2000:]}")
        for one in self.clients:
            if one.fault:
                raise client.Wrong(one.fault)

    def play(self, seconds):
        for one in self.clients:
            one.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.strike()
            time.sleep(self.dice.uniform(0, 0.5))
        self.is_over.set()
        for one in self.clients:
            one.join(SETTLE_SECONDS)
            if one.fault or one.is_alive():
                raise client.Wrong(one.fault or "a client was never answered")
        for one in self.clients:
            end = time.monotonic() + SETTLE_SECONDS
            while not one.read():
                if time.monotonic() > end:
                    raise client.Wrong("a reader never came to the end")

    # ---- In the end

    def ask(self, question):
        return [line.split("|") for line in self.cluster.sql(question).splitlines()]

    def stored_feed(self, stream, letter):
        """({key: (seq, is_dead)}, head) of one stream, as the database has it."""
        rows = self.ask(f"SELECT kind, key, seq, dead FROM feed_row WHERE stream = '{stream}'")
        head = self.ask(f"SELECT seq FROM feed_head WHERE stream = '{stream}'")
        return ({(letter, kind, key): (int(seq), dead == "1") for kind, key, seq, dead in rows},
                int(head[0][0]) if head else 0)

    def judge(self):
        calls = [call for one in self.clients for call in one.calls]
        leased = {(sitting, int(no)) for sitting, no in
                  self.ask("SELECT sitting, no FROM seat WHERE owner IS NOT NULL")}
        yield from check.seats(calls, leased)
        yield from check.answers(calls)
        bookings = [(booking, sitting, int(seat), state) for booking, sitting, seat, state in
                    self.ask("SELECT id, sitting, seat, state FROM booking")]
        results = [(inc, int(seq), outcome) for inc, seq, outcome in
                   self.ask("SELECT inc, seq, outcome FROM op_result")]
        yield from check.database(calls, bookings, results)
        for one in self.clients:
            stored, head = {}, {}
            for letter, name in (("c", c.HALL[:6]), ("s", c.HALL), ("d", one.kiosk.inc)):
                rows, head[letter] = self.stored_feed(f"{letter}:{name}", letter)
                stored |= rows
            yield from check.feed(one.pages, stored, head)
        code, lines = self.centres[0].admin("check", check=False)
        if code:
            yield f"lvyue-admin check: {lines}"


def report(run):
    calls = [call for one in run.clients for call in one.calls]
    kinds = collections.Counter((call.kind, call.basis, call.outcome()) for call in calls)
    print(f"{len(calls)} operations: " + ", ".join(
        f"{count} {kind} ({basis}) {outcome}" for (kind, basis, outcome), count in
        sorted(kinds.items(), key=str)))
    print(f"{sum(len(call.answers) for call in calls)} answers, "
          f"{sum(one.broken for one in run.clients)} requests without one, "
          f"{sum(len(one.pages) for one in run.clients)} pages")
    print(f"{sum(run.met.values())} faults: " + ", ".join(
        f"{count} × {name}" for name, count in sorted(run.met.items())))


def main():
    parser = argparse.ArgumentParser(prog="tests/history/run.py")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("LYVUE_BUILD", ROOT / "build" / "dev")))
    options = parser.parse_args()
    if not postgres.bin_dir():
        print("skipped: PostgreSQL is not installed (deploy/install-packages test)")
        return postgres.SKIP
    c.BUILD = options.build
    seed = options.seed if options.seed is not None else secrets.randbelow(10**9)
    print(f"seed {seed}", flush=True)
    run = Run(seed)
    try:
        run.prepare(options.clients)
        run.play(options.seconds)
        wrong = list(run.judge())
    except (client.Wrong, system.SystemFailure) as fault:
        wrong = [str(fault)]
    finally:
        run.close()
    report(run)
    for text in wrong[:TOLD_MAX]:
        print(f"WRONG: {text}")
    print("0 anomalies" if not wrong else f"{len(wrong)} anomalies")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
