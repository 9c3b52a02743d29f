#!/usr/bin/env python3
"""The rush: many visitors at two kiosks want a few seats, while lines are cut and kiosks lose power.

    tests/e2e/rush.py [--runs 3] [--seed N] [--build DIR]

One real centre, two real kiosks with file printers, each behind a line of its own. In the end each seat
must have been sold once: as many slips as seats, the same codes on paper and at the centre. Everything
random comes from the seed, which is printed; the programs' own timing is their own.
"""

import argparse
import collections
import os
import pathlib
import random
import sqlite3
import shutil
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "deploy")]

import proxy
import system
import tree

HALL = "141182000"
START = "2026-03-04T08:40"
ROSTER = """站点,坐班人员,类别,规则,从,到,上班,下班,席位,每席分钟,窗口,事项,代替
141182000,武志明,退休法官,单次,2026-03-05,,8:30,11:00,5,30,1,,
141182000,张德胜,退休检察官,单次,2026-03-06,,14:30,17:00,5,30,1,,
141182000,赵丽娟,律师,单次,2026-03-09,,8:30,11:00,5,30,2,,
"""
SEATS = 15
ATTEMPTS = 200
KILLS_EACH = 2
# A kiosk's own attempts within which it is killed: while there is something to sell.
KILL_ATTEMPTS = 6
# Attempts of both after which the line is cut, and how many later it is whole again.
CUT_AFTER_MAX = 8
CUT_FOR_MAX = 40
SIZE = (540, 960)
ANSWER_SECONDS = 20
SETTLE_SECONDS = 90
# A page ignores touches for so long after a change; a kill is aimed at what a touch does.
GUARD_SECONDS = 0.5
# A kill comes no later than this after the touch; what a booking takes lies within.
KILL_DELAY_SECONDS_MAX = 0.15
DOWN_SECONDS_MAX = 4
LIVE = ("confirmed", "checked_in", "served", "no_show")
PRESSABLE = ("button", "toggle", "tab", "key", "row")
TOPICS = ("婚姻家庭", "赡养继承", "工资工伤", "借钱合同", "交通事故", "邻里土地", "征收行政", "消费诈骗",
          "刑事", "老幼残疾", "企业经营", "其他")
SURNAMES = "王李张刘赵武郭任"
# The touches of one booking; a kill falls on one of them, mostly on the one that counts.
TOUCHES = ("book", "topic", "sitting", "surname", "title", "no phone", "confirm")
KILL_WEIGHTS = (1, 1, 1, 1, 1, 2, 14)
# The last seat went while the finger was on its way.
GONE_MEANWHILE = "gone meanwhile"
HUNG_UP = (tree.TreeError, OSError)


class RushFailure(Exception):
    """Something that must never happen did."""


class Till:
    """One kiosk, its line, and the visitors at its screen, who come in a thread of their own."""

    def __init__(self, name, build, folder, centre, clock, seed):
        self.name = name
        self.dice = random.Random(f"{seed} {name}")
        self.line = proxy.Proxy(("127.0.0.1", centre.port), seed)
        self.kiosk = system.KioskProgram(build, folder, f"http://127.0.0.1:{self.line.port}", clock,
                                         name, SIZE)
        # attempt: (touch on which it falls, seconds behind the touch, seconds without power)
        self.kills = {moment: (self.dice.choices(TOUCHES, KILL_WEIGHTS)[0],
                               self.dice.uniform(0, KILL_DELAY_SECONDS_MAX),
                               self.dice.uniform(0, DOWN_SECONDS_MAX))
                      for moment in self.dice.sample(range(KILL_ATTEMPTS), KILLS_EACH)}
        self.doom = None  # the kill of this attempt, until it is under way
        self.killer = None
        self.attempts = 0
        self.came = collections.Counter()

    def close(self):
        if self.killer:
            self.killer.join()
        self.kiosk.stop()
        self.line.close()

    # ---- A visitor

    def touch(self, what, pattern, nth=0):
        """Presses the nth thing that can be pressed and is called so; False where there is none."""
        found = [node for node in self.kiosk.screen.tree().nodes
                 if node["role"] in PRESSABLE and "disabled" not in node.get("state", ())
                 and pattern(node["label"])]
        if not found:
            return False
        if self.doom and self.doom[0] == what:
            time.sleep(GUARD_SECONDS)
            self.killer = threading.Thread(target=self.strike, args=self.doom[:2])
            self.doom = None
            self.killer.start()
        self.kiosk.screen.tap_node(found[nth % len(found)])
        return True

    def strike(self, touch, delay):
        """Half of the kills that fall on the booking itself wait until its slip lies in the spool: then
        come the commit and the paper, and between the two only a restart can print it."""
        if touch == "confirm" and delay < KILL_DELAY_SECONDS_MAX / 2:
            until = time.monotonic() + ANSWER_SECONDS / 2
            while not any(self.kiosk.spool.glob("*.slip")) and time.monotonic() < until:
                time.sleep(0.0005)
            delay /= 4
        time.sleep(delay)
        self.kiosk.program.process.kill()

    def attempt(self):
        """One visitor's way to a booking; gives what became of it."""
        dice, screen = self.dice, self.kiosk.screen
        wishes = [("book", lambda label: label.startswith("预约咨询")),
                  ("topic", lambda label, topic=dice.choice(TOPICS): label.startswith(topic)),
                  ("sitting", lambda label: " 到 " in label),
                  ("surname", lambda label, name=dice.choice(SURNAMES): label == name),
                  ("title", lambda label, title=dice.choice(("先生", "女士")): label == title),
                  ("no phone", lambda label: label == "不留电话"),
                  ("confirm", lambda label: label == "确认预约")]
        nth = dice.randrange(SEATS)
        self.touch("home", lambda label: label == "首页")
        for what, pattern in wishes:
            if self.touch(what, pattern, nth):
                continue
            if what in ("sitting", "confirm"):
                return "nothing on sale"
            shown = screen.tree()
            if what == "no phone" and shown.find("不留电话"):
                return "nothing on sale"  # only a wish is left, and that needs a phone
            if what == "surname" and shown.screen == "sitting":
                return GONE_MEANWHILE
            raise RushFailure(f"{self.name}: no {what} on {shown.screen}")
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            shown = screen.tree()
            if shown.screen == "book_done":
                return "booked"
            if shown.screen == "refused":
                return "unanswered" if shown.search("没有等到答复") else "refused"
            if shown.screen != "confirm":
                raise RushFailure(f"{self.name}: {shown.screen} after confirming")
            if shown.search("没有办成"):
                return "failed"
            if shown.find("现在不能约"):
                return GONE_MEANWHILE
            time.sleep(0.02)
        labels = " | ".join(node["label"] for node in shown.nodes if node["role"] in PRESSABLE)
        raise RushFailure(f"{self.name}: no answer within {ANSWER_SECONDS} s: {labels}")

    def visit(self):
        """One attempt, with the kill that was meant for it."""
        kill = self.doom = self.kills.get(self.attempts)
        self.attempts += 1
        try:
            what = self.attempt()
        except HUNG_UP:
            what = None
        if not kill:
            if what is None:
                raise RushFailure(f"{self.name} fell by itself:\n{self.kiosk.program.tail()}")
            self.came[what] += 1
            return
        if self.killer:
            self.killer.join()
            self.killer = None
        self.kiosk.kill()  # where the visitor did not get as far as that touch
        self.came[f"killed at “{kill[0]}”" + (f", {what}" if what else "")] += 1
        time.sleep(kill[2])
        self.kiosk.start()

    # ---- What is left of it

    def is_settled(self):
        try:
            return self.kiosk.unsent() == 0 and not any(self.kiosk.spool.glob("*.slip"))
        except sqlite3.OperationalError:
            return False  # killed at its last attempt, it is just opening its database again

    def slip_codes(self):
        return [path.stem for path in self.kiosk.slips()]


class Rush:
    def __init__(self, build, folder, seed):
        dice = random.Random(seed)
        self.folder = pathlib.Path(folder)
        clock = {"start": START, "since": time.time_ns() // 1_000_000}
        self.centre = system.Centre(build, folder, clock)
        self.tills = [Till(f"kiosk-{letter}", build, folder, self.centre, clock, seed)
                      for letter in "ab"]
        self.cut_till = dice.choice(self.tills)
        self.cut_at = dice.randint(1, CUT_AFTER_MAX)
        self.heal_at = self.cut_at + dice.randint(CUT_FOR_MAX // 2, CUT_FOR_MAX)
        self.lock = threading.Lock()
        self.begun = 0
        self.faults = []

    def close(self):
        for till in self.tills:
            till.close()
        self.centre.stop()

    def prepare(self):
        """Both kiosks are taken in before there is a roster, so that both get seats of their own."""
        roster = self.folder / "roster.csv"
        roster.write_text(ROSTER, encoding="utf-8")
        demo = ROOT / "assets" / "demo"
        self.centre.admin("init")
        self.centre.import_all("import-sites", demo / "sites.csv")
        self.centre.import_all("import-holidays", demo / "holidays-2026.json")
        self.centre.start()
        for till in self.tills:
            till.kiosk.start()
            till.kiosk.enrol(self.centre, HALL)
            system.wait_for("the home page", ANSWER_SECONDS,
                            lambda: till.kiosk.screen.tree().screen in ("home", "attract"))
        self.centre.import_all("import-roster", roster)
        for till in self.tills:
            system.wait_for("own seats", ANSWER_SECONDS, till.kiosk.own_seats)

    def next_attempt(self):
        """Takes one of the attempts; False when all are taken or something is wrong."""
        with self.lock:
            if self.begun == ATTEMPTS or self.faults:
                return False
            if self.begun == self.cut_at:
                self.cut_till.line.cut()
            if self.begun == self.heal_at:
                self.cut_till.line.restore()
            self.begun += 1
            return True

    def serve(self, till):
        try:
            while self.next_attempt():
                till.visit()
        except (RushFailure, system.SystemFailure, *HUNG_UP) as failure:
            self.faults.append(f"{till.name}: {failure}")

    def settle(self):
        system.wait_for("nothing unsent and nothing unprinted", SETTLE_SECONDS,
                        lambda: all(till.is_settled() for till in self.tills))

    def judge(self):
        """What is wrong, as texts."""
        live = collections.Counter(one["code"] for one in self.centre.bookings()
                                   if one["state"] in LIVE)
        keys = [key for till in self.tills for key in till.slip_codes()]
        slips = set(keys)
        if len(slips) != SEATS:
            yield f"{len(slips)} slips for {SEATS} seats"
        if len(live) != SEATS or sum(live.values()) != SEATS:
            yield f"{sum(live.values())} live bookings for {SEATS} seats"
        for code in slips - set(live):
            yield f"a slip without a booking: {code}"
        for code in set(live) - slips:
            yield f"a booking without a slip: {code}"
        both = set(self.tills[0].slip_codes()) & set(self.tills[1].slip_codes())
        if both:
            yield f"printed at both kiosks: {both}"
        for till in self.tills:
            if (till.kiosk.data / "quarantine").exists():
                yield f"{till.name} has set its database aside"
        self.centre.check()

    def run(self):
        """All of it; gives what is wrong, as texts."""
        self.prepare()
        visitors = [threading.Thread(target=self.serve, args=(till,)) for till in self.tills]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        if self.faults:
            return self.faults
        self.settle()
        return list(self.judge())


def run_once(build, seed, keep):
    began = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lvyue-rush-"))
    rush = Rush(build, folder, seed)
    try:
        wrong = rush.run()
    except system.SystemFailure as failure:
        wrong = [str(failure)]
    finally:
        rush.close()
    print(f"seed {seed}: {rush.begun} attempts in {time.monotonic() - began:.0f} s; the line of "
          f"{rush.cut_till.name} was cut from attempt {rush.cut_at} to {rush.heal_at}", flush=True)
    for till in rush.tills:
        codes = till.slip_codes()
        came = ", ".join(f"{count} {what}" for what, count in till.came.most_common())
        print(f"  {till.name}: {came}; {len(set(codes))} slips, {len(codes) - len(set(codes))} of "
              "them twice")
    for text in wrong:
        print(f"  WRONG: {text}")
    if wrong or keep:
        print(f"  everything lies in {folder}", flush=True)
    else:
        shutil.rmtree(folder)
        print(f"  {SEATS} slips, {SEATS} bookings, the same codes; the check finds nothing",
              flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(prog="tests/e2e/rush.py")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, help="of the first run; the next ones count on")
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("BUILD", ROOT / "build" / "dev")))
    parser.add_argument("--keep", action="store_true", help="leave the folder of each run")
    options = parser.parse_args()
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(10**9)
    good = [run_once(options.build, first + i, options.keep) for i in range(options.runs)]
    print(f"{sum(good)} of {len(good)} runs without a fault")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
