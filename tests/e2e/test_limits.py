"""Bad input: what an enrolled kiosk may send, each limit at its edge and one past it."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import centre as c

OP_BYTES = 4096
OPS = 64


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
