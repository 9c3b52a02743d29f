"""What must hold of a recorded history, whoever made it. Pure: lists in, complaints out.

A *call* is one operation of a kiosk's log, from its first push to its first answer; a push that was
broken off is no answer, so an operation may be pushed many times within its call. A call without any
answer is unknown: it may have happened at any moment since, or never.
"""

import collections
import dataclasses
import math

LIVE = ("confirmed", "checked_in", "served", "no_show")


@dataclasses.dataclass
class Call:
    """kind: "book" or "cancel". seat: (sitting, number), the one meant. began, ended: one clock."""
    inc: str
    seq: int
    kind: str
    seat: tuple
    booking: str
    began: float
    basis: str = "pool"
    ended: float = math.inf
    answers: list = dataclasses.field(default_factory=list)  # all of them, each (outcome, why, …)

    def outcome(self):
        return self.answers[0][0] if self.answers else None


def after(call, holder, is_leased):
    """The seat's next holder if this call happens now as it was answered; False where it cannot."""
    outcome = call.outcome()
    if call.kind == "cancel":
        if outcome is None:
            return None if holder == call.booking else holder
        return None if holder == call.booking else False
    if outcome is None:  # a sale or a refusal, as the rules would have it
        return holder if holder else call.booking
    if outcome == "refused":
        return holder if holder or is_leased else False
    return False if holder else call.booking


def is_linearizable(calls, is_leased=False):
    """Whether one order of these calls of one seat explains every answer: Wing and Gong's search, with
    Lowe's memory of the places it has been to."""
    calls = sorted(calls, key=lambda call: call.began)
    answered = sum(1 << i for i, call in enumerate(calls) if call.answers)
    seen, ways = set(), [(0, None, 0)]
    while ways:
        done, holder, first = ways.pop()
        if done & answered == answered:
            return True
        while done >> first & 1:
            first += 1
        # Nothing may come before a call that ended before it began.
        limit = math.inf
        for i in range(first, len(calls)):
            if calls[i].began > limit:
                break
            if done >> i & 1:
                continue
            limit = min(limit, calls[i].ended)
            then = after(calls[i], holder, is_leased)
            way = (done | 1 << i, then)
            if then is not False and way not in seen:
                seen.add(way)
                ways.append((*way, first))
    return False


def seats(calls, leased=()):
    """Each seat alone: they have nothing to do with each other. A pool sale of a `leased` seat may be
    refused while it is free."""
    by_seat = collections.defaultdict(list)
    for call in calls:
        by_seat[call.seat].append(call)
    for seat, own in sorted(by_seat.items()):
        if not is_linearizable(own, seat in leased):
            yield f"seat {seat}: no order of its {len(own)} calls explains their answers"


def answers(calls):
    """An operation has one answer, however often it is asked."""
    for call in calls:
        if any(answer != call.answers[0] for answer in call.answers):
            yield f"operation {call.seq} of {call.inc}: several answers {call.answers}"
        if call.basis == "right" and call.outcome() == "refused":
            yield f"operation {call.seq} of {call.inc}: a right was refused"
        if call.kind == "cancel" and call.outcome() == "refused":
            yield f"operation {call.seq} of {call.inc}: a cancel was refused"


def database(calls, bookings, results):
    """bookings: rows (id, sitting, seat, state); results: rows (inc, seq, outcome). All there are."""
    rows = collections.defaultdict(list)
    for booking, sitting, seat, state in bookings:
        rows[booking].append(((sitting, seat), state))
    stored = collections.defaultdict(list)
    for inc, seq, outcome in results:
        stored[inc, seq].append(outcome)
    cancelled = {call.booking: call.outcome() for call in calls if call.kind == "cancel"}
    sold = set()
    for call in calls:
        kept, outcome = stored[call.inc, call.seq], call.outcome()
        if outcome and kept != [outcome]:
            yield f"operation {call.seq} of {call.inc}: answered {outcome}, stored {kept}"
        if call.kind != "book":
            continue
        sold.add(call.booking)
        live = [seat for seat, state in rows[call.booking] if state in LIVE]
        if len(rows[call.booking]) > 1:
            yield f"booking {call.booking} is there {len(rows[call.booking])} times"
        if live and (outcome == "refused" or cancelled.get(call.booking) or live != [call.seat]):
            yield f"booking {call.booking} of {call.seat} must not stand: {live}"
        if outcome in ("ok", "ok+warn") and call.booking not in cancelled and not live:
            yield f"booking {call.booking} of {call.seat} is lost"
    for booking in rows.keys() - sold:
        yield f"booking {booking} was made by nobody"
    held = collections.Counter(seat for own in rows.values() for seat, state in own if state in LIVE)
    for seat, count in held.items():
        if count > 1:
            yield f"seat {seat} is sold {count} times"


def feed(pages, in_store, head):
    """One reader's pages in the order it took them: {"from","to","more","applied","rows"}. At the end
    it must hold in_store: {(stream, kind, id): (seq, is_dead)}, and stand at head: {stream: seq}."""
    at, applied, held = dict.fromkeys("csd", 0), 0, {}
    for n, page in enumerate(pages):
        if page["from"] != at:
            yield f"page {n} begins at {page['from']}, not at {at}"
        if any(page["to"][s] < page["from"][s] for s in page["to"]):
            yield f"page {n} goes back: {page['from']} to {page['to']}"
        if page["applied"] < applied:
            yield f"page {n} knows less of our operations than the one before"
        keys = [(row["s"], row["k"], row["id"]) for row in page["rows"]]
        if len(keys) != len(set(keys)):
            yield f"page {n} has a key twice"
        last = {}
        for key, row in zip(keys, page["rows"]):
            stream, seq = row["s"], row["seq"]
            if not page["from"][stream] < seq <= page["to"][stream]:
                yield f"page {n}: {key} at {seq} is outside of it"
            if seq < last.get(stream, 0):
                yield f"page {n}: {key} at {seq} is out of order"
            if seq <= held.get(key, (0,))[0]:
                yield f"page {n}: {key} at {seq} has been told at {held[key][0]}"
            last[stream] = seq
            held[key] = seq, bool(row.get("dead"))
        at, applied = page["to"], page["applied"]
    if at != head:
        yield f"the reader stands at {at}, the feed at {head}"
    for key in in_store.keys() | held.keys():
        if held.get(key) == in_store.get(key) or (key not in held and in_store[key][1]):
            continue  # what was gone before the reader came need not be told
        yield f"{key}: told {held.get(key)}, stored {in_store.get(key)}"
