"""One client of a history run: a kiosk that shares no code with ours, over lines that break."""

import http.client
import json
import threading
import time

import centre as c
import check

PAUSE_SECONDS = 0.2  # a kiosk may ask five times a second
ANSWER_SECONDS = 2
WAITS = (429, 500, 502, 503)
BROKEN = (OSError, http.client.HTTPException, ValueError)


class Wrong(Exception):
    """Something that must never happen did."""


class Door:
    """An instance as it is reached over a line."""

    def __init__(self, centre, line):
        self.centre, self.port = centre, line.port

    def ask(self, method, target, body=None, fields=None):
        return c.Centre.ask(self, method, target, body, fields, ANSWER_SECONDS)


class Client(threading.Thread):
    """Sells, cancels and reads until `is_over`; then asks on until nothing is unknown."""

    def __init__(self, kiosk, dice, seats, is_over):
        super().__init__(daemon=True)
        self.kiosk, self.dice, self.seats, self.is_over = kiosk, dice, seats, is_over
        self.doors = []
        self.calls, self.pages, self.mine = [], [], []
        self.rights = [(r["sitting"], r["seat"], r["epoch"]) for r in kiosk.of_kind("right").values()]
        self.broken = 0
        self.fault = None
        box = kiosk.sealed("0" * 32, phone="")
        kiosk.sealed = lambda booking, **contact: box

    def ask(self, ask):
        """(status, body) of what any instance says; None where nobody answers."""
        self.kiosk.centre = self.dice.choice(self.doors)
        time.sleep(PAUSE_SECONDS)
        try:
            status, told = ask()[:2]
        except BROKEN:
            self.broken += 1
            return None
        # Where the line tears within the head, Python takes what it has for an answer.
        if status in WAITS or not isinstance(told, dict):
            self.broken += 1
            return None
        if status != 200:
            raise Wrong(f"answered {status} {told}")
        return told

    # ---- Writing

    def next_call(self):
        """(call, operation), not yet begun."""
        kiosk = self.kiosk
        if self.mine and self.dice.random() < 0.5:
            old = self.mine.pop(self.dice.randrange(len(self.mine)))
            op = kiosk.op("cancel", booking=old.booking, why="citizen")
            return check.Call(kiosk.inc, kiosk.op_seq, "cancel", old.seat, old.booking, 0), op
        held = {call.seat for call in self.mine}
        free = [right for right in self.rights if right[:2] not in held]
        basis = "right" if free and self.dice.random() < 0.2 else "pool"
        at = self.dice.choice(free if basis == "right" else self.seats)
        booking, op = kiosk.sale(basis, *at)
        return check.Call(kiosk.inc, kiosk.op_seq, "book", at[:2], booking, 0, basis), op

    def push(self, op):
        """The operation's answer; None where there is none, or an old one."""
        kiosk = self.kiosk
        told = self.ask(lambda: kiosk.ask("POST", "/v1/d/ops", kiosk.batch([op])))
        if told is None:
            return None
        seq = json.loads(op[0])["seq"]
        for result in told["results"]:
            if result["seq"] == seq:
                kiosk.acked = max(kiosk.acked, told["acked"])
                return result["outcome"], result.get("why"), result.get("seat"), result.get("epoch")
        return None

    def write(self):
        call, op = self.next_call()
        self.calls.append(call)
        call.began = time.monotonic()
        while not (answer := self.push(op)):
            pass
        call.ended = time.monotonic()
        call.answers.append(answer)
        if call.kind == "book" and answer[0] != "refused":
            self.mine.append(call)
        if self.dice.random() < 0.2 and (answer := self.push(op)):
            call.answers.append(answer)

    # ---- Reading

    def read(self):
        """A page; whether it was the last one there is now. A page for another position is no page."""
        page = self.ask(lambda: self.kiosk.ask("GET", self.kiosk.feed_target()))
        if page is None or page["from"] != self.kiosk.pos:
            return False
        self.pages.append(page)
        self.kiosk.take(page)
        return not page["more"]

    def run(self):
        try:
            while not self.is_over.is_set():
                self.write()
                if self.dice.random() < 0.4:
                    self.read()
        except Exception as fault:  # told at the end, by the main thread
            self.fault = f"{type(fault).__name__}: {fault}"
