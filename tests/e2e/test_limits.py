"""Bad input: what an enrolled kiosk may send, each limit at its edge and one past it."""

import copy
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import centre as c

OP_BYTES = 4096
OPS = 64
INT_MAX = (1 << 53) - 1
BODY_BYTES = {"/v1/enrol": 1024, "/v1/enrol/poll": 256, "/v1/d/hello": 2048, "/v1/d/ops": 262144}
PACE_S = 0.2  # a kiosk's own rate
TEN_YEARS_S = 10 * 365 * 86400
ID = "b" + "0" * 31


class Bad(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = c.Centre()
        cls.addClassCleanup(cls.centre.__exit__)
        cls.centre.fill()
        cls.centre.serve()
        cls.sites = iter([f"14118{n}" for n in range(2100, 2111)] * 3)

    @classmethod
    def tearDownClass(cls):
        said = cls.centre.admin("check")[1][-1]
        code, _ = cls.centre.stop()
        assert (code, said) == (0, "0 violations"), cls.centre.log_text()

    def kiosk(self, site=None):
        kiosk = c.Kiosk(self.centre).start(site or next(self.sites))
        kiosk.pull()
        return kiosk

    def slowly(self, kiosk, *question, **changes):
        time.sleep(PACE_S)  # within the kiosk's rate
        return kiosk.ask(*question, **changes)

    def expect(self, reply, status, problem):
        self.assertEqual((reply[0], c.name_of(reply[1])), (status, problem), reply[1])

    def results(self, kiosk, *ops):
        status, told = kiosk.push(*ops)
        self.assertEqual(status, 200, told)
        self.assertEqual(told["acked_hash"], kiosk.op_hash.hex())
        return [(r["outcome"], r.get("why")) for r in told["results"]]


def padded(kiosk, op_bytes, kind="telepathy", **members):
    """An operation of exactly so many bytes."""
    seq, before = kiosk.op_seq, kiosk.op_hash
    text, _ = kiosk.op(kind, **members, pad="")
    kiosk.op_seq, kiosk.op_hash = seq, before
    return kiosk.op(kind, **members, pad="x" * (op_bytes - len(text.encode())))


class Operations(Bad):
    def test_64_operations_go_in_one_batch_and_65_in_none(self):
        kiosk = self.kiosk()
        many = [kiosk.op("telepathy") for _ in range(OPS + 1)]
        self.expect(kiosk.ask("POST", "/v1/d/ops", kiosk.batch(many)), 413, "body-too-large")
        # Nothing of it was taken; the same operations in smaller batches are.
        status, told, _ = kiosk.ask("POST", "/v1/d/ops", kiosk.batch(many[:OPS]))
        self.assertEqual((status, told["acked"], len(told["results"])), (200, OPS, OPS))
        self.assertEqual(self.results(kiosk, many[OPS]), [("refused", "unknown-kind")])

    def test_an_operation_that_is_too_large_is_refused_alone(self):
        kiosk = self.kiosk()
        ticket = {"day": 20516, "letter": kiosk.letter}
        ops = [padded(kiosk, OP_BYTES, "ticket", number=1, **ticket),
               padded(kiosk, OP_BYTES + 1, "ticket", number=2, **ticket),
               padded(kiosk, 60000, "ticket", number=3, **ticket),
               kiosk.op("ticket", number=4, **ticket)]
        expected = [("ok", None), ("refused", "op-too-large"), ("refused", "op-too-large"),
                    ("ok", None)]
        self.assertEqual(self.results(kiosk, *ops), expected)
        self.assertEqual(self.results(kiosk, *ops), expected)  # the stored answers

    def test_an_operation_that_cannot_be_read_is_refused_alone(self):
        kiosk = self.kiosk()
        ticket = {"day": 20516, "letter": kiosk.letter}

        def text(bad):
            """What takes the place of the next operation, as it is."""
            kiosk.op_seq += 1
            before, kiosk.op_hash = kiosk.op_hash, hashlib.sha256(
                kiosk.op_hash + bad.encode()).digest()
            return bad, before

        ops = [text('{"seq":1,"at":1,"trust":"synced","kind":"cancel"}'), text("{"),
               text('{"seq":2,"at":1,"trust":"synced","kind":"x"}'), text("[]"), text(""),
               text('{"seq":6,"at":-1,"trust":"synced","kind":"x"}'),
               kiosk.op("ticket", number=1, **ticket)]
        expected = [("refused", "op-malformed")] * 6 + [("ok", None)]
        body = kiosk.batch(ops) | {"from": 1}
        for _ in range(2):
            status, told, _ = kiosk.ask("POST", "/v1/d/ops", body)
            self.assertEqual(status, 200, told)
            self.assertEqual([(r["outcome"], r.get("why")) for r in told["results"]], expected)
            self.assertEqual(told["acked_hash"], kiosk.op_hash.hex())
        self.assertIn("operation 2 cannot be read", self.centre.log_text())

    def test_a_number_under_a_foreign_letter_is_refused_alone(self):
        one, two = self.kiosk("141182001"), self.kiosk("141182001")
        self.assertNotEqual(one.letter, two.letter)
        ticket = {"day": 20516, "number": 7}
        ops = [two.op("ticket", letter=one.letter, **ticket),
               two.op("ticket", letter=one.letter.lower(), **ticket),
               two.op("ticket", letter=two.letter, **ticket),
               two.op("ticket", letter=two.letter.lower(), **ticket)]
        self.assertEqual(self.results(two, *ops),
                         [("refused", "not-yours")] * 2 + [("ok", None)] * 2)
        self.assertEqual(self.results(one, one.op("ticket", letter=one.letter, **ticket)),
                         [("ok", None)])


class Members(Bad):
    """Each bound of a member: the last value that is taken, and the next."""

    def test_members_of_operations(self):
        kiosk = self.kiosk()
        slip = {"code": c.ticket_code(), "pin_h": "0" * 32}
        ticket = {"day": 20516, "letter": kiosk.letter, "number": 1}
        book = {"booking": ID, "basis": "pool", "seat": 1, "sitting": "a" * 32, "sealed": ""} | slip
        cancel = {"booking": ID, "why": "citizen"}
        give = {"sitting": "a" * 32, "seat": 1, "epoch": 1}
        rows = [("ticket", ticket, "number", 1, 0), ("ticket", ticket, "number", 999, 1000),
                ("ticket", ticket, "day", 0, -1), ("ticket", ticket, "day", 1000000, 1000001),
                ("ticket", ticket, "letter", kiosk.letter.lower(), "AA"),
                ("ticket", ticket, "letter", "Z", "["), ("ticket", ticket, "at", 0, -1),
                ("ticket", ticket, "at", INT_MAX, INT_MAX + 1),
                ("ticket", ticket, "trust", "unknown", "none"),
                ("book", book, "seat", 1, 0), ("book", book, "seat", 50, 51),
                ("book", book, "booking", "f" * 32, "f" * 33),
                ("book", book, "booking", "0" * 32, "F" * 32),
                ("book", book, "code", c.ticket_code(), "12345678"),
                ("book", book, "pin_h", "f" * 32, "f" * 34),
                ("book", book, "sealed", "A" * 512, "A" * 513),
                ("book", book, "basis", "pool", "wish"),
                ("book", book | {"basis": "right"}, "epoch", INT_MAX, INT_MAX + 1),
                ("return", give, "epoch", 0, -1), ("return", give, "seat", 50, 51),
                ("cancel", cancel, "why", "learned", "bored"),
                ("request", book, "sitting", "0" * 32, 0)]
        for kind, members, name, taken, past in rows:
            with self.subTest(f"{kind} {name}"):
                time.sleep(PACE_S)
                bad, good = (kiosk.op(kind, **members | {name: value}) for value in (past, taken))
                told = self.results(kiosk, bad, good)
                self.assertEqual(told[0], ("refused", "op-malformed"))
                self.assertNotEqual(told[1][1], "op-malformed")

    def test_members_of_a_hello(self):
        kiosk = self.kiosk()
        rows = [("app", "x" * 32, "x" * 33), ("op_seq", INT_MAX, -1), ("unsent", 0, -1),
                ("heard", INT_MAX, "1"), ("inc_id", kiosk.inc, kiosk.inc.upper() + "A"),
                ("content", INT_MAX, None), ("pos", {"c": 0, "s": 0, "d": INT_MAX}, {"c": 0}),
                ("clock", {"wall_ms": -INT_MAX, "trust": "unknown"},
                 {"wall_ms": 0, "trust": "good"})]
        for name, taken, past in rows:
            with self.subTest(name):
                time.sleep(2 * PACE_S)
                self.assertEqual(kiosk.hello(**{name: taken})[0], 200)
                self.expect(kiosk.hello(**{name: past}), 400, "schema-violation")

    def test_members_of_an_enrolment(self):
        good = {"sign_pk": c.sign_pair()[0].hex(), "model": "x", "app": "x", "inc_id": ID}
        rows = [("model", "x" * 64, "x" * 65), ("app", "x" * 32, "x" * 33),
                ("sign_pk", "0" * 64, "0" * 63), ("inc_id", "0" * 32, "0" * 31),
                ("role", "desk", "clerk")]
        for name, taken, past in rows:
            with self.subTest(name):
                asked = [self.centre.ask("POST", "/v1/enrol", json.dumps(good | {name: value}))
                         for value in (taken, past)]
                self.assertEqual(asked[0][0], 200, asked[0][1])
                self.expect(asked[1], 400, "schema-violation")

    def test_numbers_and_nesting(self):
        kiosk = self.kiosk()
        good = json.dumps(kiosk.batch([]))
        deep = "[" * 7 + "1" + "]" * 7  # in the object: eight
        rows = [(f'"x":{INT_MAX}', f'"x":{INT_MAX + 1}'), (f'"x":{-INT_MAX}', f'"x":{-INT_MAX - 1}'),
                (f'"x":{deep}', f'"x":[{deep}]'), ('"x":1', '"x":1.0'), ('"x":"\\u0001"',
                '"x":"\\u0000"'), ('"x":1', '"x":1,"x":1')]
        for taken, past in rows:
            with self.subTest(past):
                ask = [self.slowly(kiosk, "POST", "/v1/d/ops", f"{{{x},{good[1:]}".encode())
                       for x in (taken, past)]
                self.assertEqual(ask[0][0], 200, ask[0][1])
                self.expect(ask[1], 400, "malformed-json")

    def test_bodies(self):
        kiosk = self.kiosk()
        enrol = {"sign_pk": c.sign_pair()[0].hex(), "model": "x", "app": "x", "inc_id": ID}
        hello = {"inc_id": kiosk.inc, "app": "x", "op_seq": 0, "pos": kiosk.pos, "heard": 0,
                 "unsent": 0, "content": 0, "clock": {"wall_ms": 0, "trust": "unknown"}}
        bodies = {"/v1/enrol": enrol, "/v1/enrol/poll": {"device_code": "0" * 64},
                  "/v1/d/hello": hello, "/v1/d/ops": kiosk.batch([])}
        for path, limit in BODY_BYTES.items():
            with self.subTest(path):
                body = json.dumps(bodies[path]).encode()
                ask = [self.slowly(kiosk, "POST", path, body + b" " * (limit + more - len(body)))
                       for more in (0, 1)]
                self.assertEqual(ask[0][0], 404 if path == "/v1/enrol/poll" else 200, ask[0][1])
                self.expect(ask[1], 413, "body-too-large")

    def test_a_signature_of_any_time_and_of_no_other_form(self):
        kiosk = self.kiosk()
        for created, status in ((0, 200), (99999999999, 200), (100000000000, 401), (-1, 401),
                                ("00", 401), ("1.5", 401)):
            with self.subTest(created):
                kiosk.created = created
                self.assertEqual(self.slowly(kiosk, "GET", kiosk.feed_target())[0], status)

    def test_targets(self):
        for target, status in (("/" + "x" * 255, 404), ("/" + "x" * 256, 400),
                               ("/x?" + "x" * 1021, 404), ("/x?" + "x" * 1022, 400)):
            with self.subTest(len(target)):
                self.assertEqual(self.centre.ask("GET", target)[0], status)


class Clocks(Bad):
    """Whatever its clock says, a kiosk is served and a visitor keeps the seat."""

    def test_a_kiosk_of_1970_and_of_ten_years_off(self):
        now_s = int(time.time())
        for wall_s in (0, now_s - TEN_YEARS_S, now_s + TEN_YEARS_S):
            for trust in ("synced", "unknown"):
                with self.subTest(f"{wall_s} {trust}"):
                    self.live_a_day(wall_s, trust)

    def live_a_day(self, wall_s, trust):
        kiosk = c.Kiosk(self.centre)
        kiosk.created = wall_s
        clock = {"wall_ms": wall_s * 1000, "trust": trust}
        kiosk.enrol(next(self.sites))
        status, told, _ = kiosk.hello(clock=clock)
        self.assertEqual(status, 200, told)
        self.assertLess(abs(told["now_ms"] - self.centre_now_ms()), 60000)
        kiosk.pull()
        right = next(iter(kiosk.of_kind("right").values()))
        said = {"at": wall_s * 1000, "trust": trust}
        sold = {"basis": "right", "sitting": right["sitting"], "seat": right["seat"],
                "epoch": right["epoch"], "code": c.ticket_code(), "pin_h": "0" * 32, "sealed": ""}
        booking = kiosk.inc
        letter = kiosk.letter if trust == "synced" else kiosk.letter.lower()
        told = self.results(
            kiosk, kiosk.op("book", booking=booking, **sold, **said),
            kiosk.op("ticket", day=20516, letter=letter, number=1, **said),
            kiosk.op("checkin", booking=booking, **said))
        self.assertIn(told[0][0], ("ok", "ok+warn"))  # a right is never refused
        self.assertEqual([outcome for outcome, _ in told[1:]], ["ok", "ok"])
        kiosk.pull()
        self.assertEqual(kiosk.of_kind("bk")[booking]["state"], "checked_in")
        self.assertEqual(kiosk.of_kind("right")[f"{right['sitting']}-{right['seat']:02}"]["booking"],
                         booking)

    def centre_now_ms(self):
        start_ms = 1772584800000  # centre.START
        return start_ms + int(time.time() * 1000) - self.centre.since_ms


class Copies(Bad):
    """One kiosk's file at work twice: found out with the first difference; no seat is sold twice."""

    def test_two_copies_of_a_kiosk_file(self):
        one = self.kiosk()
        right = next(iter(one.of_kind("right").values()))
        self.results(one, one.op("telepathy"))
        two = copy.copy(one)  # key, incarnation, log and rights, as the file has them
        sold = {"basis": "right", "sitting": right["sitting"], "seat": right["seat"],
                "epoch": right["epoch"], "pin_h": "0" * 32, "sealed": ""}
        first = one.op("book", booking="1" * 32, code=c.ticket_code(), **sold)
        second = two.op("book", booking="2" * 32, code=c.ticket_code(), **sold)
        self.assertEqual(self.results(one, first), [("ok", None)])
        reply = two.ask("POST", "/v1/d/ops", two.batch([second]))
        self.expect(reply, 409, "op-fork")
        self.assertEqual(reply[1]["op_seq"], 2)
        # The life is over for both, however the requests come.
        for kiosk in (one, two):
            for ask in (lambda k=kiosk: k.ask("POST", "/v1/d/ops", k.batch([k.op("telepathy")])),
                        lambda k=kiosk: k.ask("GET", k.feed_target()), kiosk.hello):
                self.expect(ask(), 403, "incarnation-retired")
        # A new life of that kiosk: the first promise stands, and what the copies own stays theirs.
        new = c.Kiosk(self.centre, key=(one.public, one.secret))
        new.id = one.id
        self.assertEqual(new.hello()[0], 200)
        new.pull()
        self.assertEqual(new.of_kind("bk")["1" * 32]["state"], "confirmed")
        self.assertNotIn("2" * 32, new.of_kind("bk"))
        self.assertNotIn(f"{right['sitting']}-{right['seat']:02}", new.of_kind("right"))
        avail = new.of_kind("avail")[right["sitting"]]
        self.assertFalse(avail["pool"] >> right["seat"] - 1 & 1)

    def test_an_old_copy_is_told_that_the_centre_knows_more(self):
        one = self.kiosk()
        old = copy.copy(one)
        self.results(one, one.op("telepathy"), one.op("telepathy"))
        status, told, _ = old.hello()
        self.assertEqual((status, told["acked"], old.op_seq), (200, 2, 0))


DISK_BYTES = 32 << 20


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("mkfs.ext4"),
                     "skipped: a disk of limited size needs root and mkfs.ext4")
class FullDisk(unittest.TestCase):
    def test_a_centre_that_cannot_write_says_that_it_is_not_ready(self):
        with c.Centre() as centre:
            image = centre.dir / "disk.ext4"
            with open(image, "wb") as file:
                file.truncate(DISK_BYTES)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
            centre.data.mkdir()
            done = subprocess.run(["mount", "-o", "loop", image, centre.data],
                                  capture_output=True, text=True, check=False)
            if done.returncode:
                self.skipTest(f"skipped: no loop device can be mounted: {done.stderr.strip()}")
            try:
                self.fill_and_free(centre)
            finally:
                centre.stop()
                subprocess.run(["umount", "-l", centre.data], check=True)

    def fill_and_free(self, centre):
        centre.fill(publish=False)
        centre.serve()
        kiosk = c.Kiosk(centre).start()
        self.assertEqual(centre.ask("GET", "/readyz")[0], 200)
        filler = centre.data / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 12))
            except OSError:
                pass
        # What the files hold already may still be written over.
        for _ in range(2000):
            ready = centre.ask("GET", "/readyz")
            if ready[0] != 200:
                break
        self.assertEqual((ready[0], c.name_of(ready[1])), (503, "storage-full"))
        self.assertEqual(centre.ask("GET", "/healthz")[0], 200)
        op = kiosk.op("telepathy")
        reply = kiosk.ask("POST", "/v1/d/ops", kiosk.batch([op]))
        self.assertEqual((reply[0], c.name_of(reply[1])), (503, "storage-full"))
        filler.unlink()
        self.assertEqual(centre.ask("GET", "/readyz")[0], 200)
        self.assertEqual(kiosk.push(op)[1]["results"][0]["why"], "unknown-kind")


if __name__ == "__main__":
    unittest.main()
