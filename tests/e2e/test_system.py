"""The real programs, over a line that breaks: a centre, a kiosk, and the proxy between them.

BUILD names the folder of the programs. What a visitor does goes through the kiosk's tree; what came of
it is asked of the centre.
"""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "deploy")]

import demo_tour
import proxy
import system

BUILD = pathlib.Path(os.environ["BUILD"])
HALL = "141182000"
PORTRAIT, LANDSCAPE = (1080, 1920), (1920, 1080)
TEN_YEARS_MS = 3652 * 86400 * 1000
PAGE_BYTES = 4096
# Room for a centre with the demo's county, and some.
DISK_BYTES = 24 << 20
ARRIVE_SECONDS = 60
# The sanitizers' allocator does not know mallopt.
FREED_IS_FILLED = {"ASAN_OPTIONS": f"max_free_fill_size={1 << 20}:free_fill_byte=165"}
MAPPING_BYTES_MAX = 1 << 30  # what is larger is only reserved
MEMORY_SECONDS = 10
TEAR_BYTES_MAX = 3000
TORN_TRIES = 9
# What has begun when the kiosk is enrolled is sold by the centre alone.
WITH_OWN_SEATS = r".* 14:30" + demo_tour.WITH_SEATS
STOPPED = "本机停用了"
ANOTHER_DAY = r"明天" + demo_tour.WITH_SEATS


class World(unittest.TestCase):
    """A centre with the demo's county, one kiosk of the hall behind a line of its own, and a visitor."""

    def begin(self, size=PORTRAIT, clock_error_ms=0, **wants):
        if not hasattr(self, "folder"):
            self.make_folder()
        clock = {"start": "2026-03-04T08:40", "since": time.time_ns() // 1_000_000}
        self.centre = system.Centre(BUILD, self.folder, clock)
        self.centre.make(ROOT / "assets")
        self.centre.start()
        self.addCleanup(self.centre.stop)
        self.line = proxy.Proxy(("127.0.0.1", self.centre.port))
        self.addCleanup(self.line.close)
        url = f"http://127.0.0.1:{self.line.port}"
        self.kiosk = system.KioskProgram(BUILD, self.folder, url,
                                         clock | {"since": clock["since"] - clock_error_ms}, size=size)
        self.kiosk.start({"SDL_VIDEODRIVER": "dummy"} | FREED_IS_FILLED)
        self.addCleanup(self.kiosk.stop)
        self.kiosk.enrol(self.centre, HALL)
        shots = self.folder / "shots"
        shots.mkdir()
        self.visitor = demo_tour.Tour(self.centre, self.kiosk, shots, 1, **wants)
        self.visitor.see(demo_tour.TAKE_NUMBER)
        system.wait_for("own seats", ARRIVE_SECONDS, self.kiosk.own_seats)

    def make_folder(self):
        folder = tempfile.TemporaryDirectory(prefix="lvyue-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def count_at_the_centre(self):
        """What was withdrawn because nobody answered in time is no booking."""
        return collections.Counter(one["code"] for one in self.centre.bookings()
                                   if one["state"] != "cancelled")

    def expect_each_booking_once(self):
        system.wait_for("every booking at the centre", ARRIVE_SECONDS,
                        lambda: set(self.visitor.codes) <= set(self.count_at_the_centre()))
        self.assertEqual(self.count_at_the_centre(), collections.Counter(self.visitor.codes))
        self.centre.check()

    def end_in_order(self, program):
        program.stop()
        self.assertEqual(program.program.process.returncode, 0, program.program.tail())


class TourTest(World):
    """A citizen gets through everything, and every screen is fit to read."""

    def play(self, **how):
        self.begin(**how)
        for step in demo_tour.Tour.STEPS:
            step(self.visitor)
        self.assertEqual(self.visitor.complaints, [])
        self.end_in_order(self.kiosk)
        self.end_in_order(self.centre)

    def test_on_a_portrait_panel(self):
        self.play()

    def test_on_a_landscape_panel(self):
        self.play(size=LANDSCAPE)

    def test_in_large_text_and_strong_contrast(self):
        self.play(is_large=True, is_contrast=True)

    def test_in_large_text_on_a_landscape_panel(self):
        self.play(size=LANDSCAPE, is_large=True)


class SystemTest(World):
    def setUp(self):
        self.begin()

    def test_a_reader_that_is_not_ours_reads_the_slip(self):
        self.visitor.book("slip")
        system.wait_for("the slip", ARRIVE_SECONDS, self.kiosk.slips)
        picture = self.kiosk.slips()[-1].with_suffix(".pbm")
        read = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True,
                              check=True).stdout.strip()
        self.assertEqual(read, demo_tour.SCAN.format(code=self.visitor.codes[0],
                                                     pin=self.visitor.pins[0]))

    def test_a_slip_that_the_printer_did_not_take_comes_once_after_a_restart(self):
        away = self.kiosk.printer.with_name("away")
        self.kiosk.printer.rename(away)
        self.visitor.book("no-paper")
        self.kiosk.kill()
        away.rename(self.kiosk.printer)
        for _ in range(2):
            self.kiosk.start()
            system.wait_for("the slip", ARRIVE_SECONDS, self.kiosk.slips)
            self.end_in_order(self.kiosk)
            self.assertEqual([slip.stem for slip in self.kiosk.slips()], self.visitor.codes)

    def test_a_booking_on_a_dead_line_survives_a_kill_and_arrives_once(self):
        self.line.cut()
        self.visitor.see(demo_tour.OFFLINE)
        self.visitor.book("offline", demo_tour.WITH_SEATS)
        self.kiosk.kill()
        self.kiosk.start()
        self.line.restore()
        self.expect_each_booking_once()

    def test_bookings_over_a_tearing_line_arrive_once(self):
        self.line.tear(TEAR_BYTES_MAX)
        self.visitor.book("torn", WITH_OWN_SEATS, patience=TORN_TRIES)
        self.visitor.tap(demo_tour.HOME)
        self.visitor.book("torn-again", WITH_OWN_SEATS, patience=TORN_TRIES)
        self.line.restore()
        self.expect_each_booking_once()

    def test_a_killed_centre_has_kept_what_it_answered(self):
        self.visitor.book("before")
        self.centre.kill()
        self.centre.start()
        self.expect_each_booking_once()

    def test_without_a_centre_all_is_shown_and_numbers_and_check_ins_work(self):
        self.visitor.book("before")
        self.visitor.tap(demo_tour.HOME)
        self.centre.kill()
        self.visitor.see(demo_tour.OFFLINE)
        self.visitor.tap("看各站|今天 .* 个站有人坐班")
        self.visitor.see("本周哪天哪里有人")
        self.visitor.tap(demo_tour.HOME)
        for step in (demo_tour.Tour.law_text, demo_tour.Tour.walk_in, demo_tour.Tour.check_in):
            step(self.visitor)
        self.centre.start()
        system.wait_for("the number at the centre", ARRIVE_SECONDS,
                        lambda: self.visitor.walkin in self.centre.walkins())
        system.wait_for("the check-in at the centre", ARRIVE_SECONDS, lambda: [
            one["state"] for one in self.centre.bookings()] == ["checked_in"])
        self.centre.check()

    def test_a_damaged_database_is_set_aside_and_the_kiosk_sells_again(self):
        def flip(data):
            for page in range(0, len(data), PAGE_BYTES):
                data[page:page + 8] = bytes(byte ^ 0xFF for byte in data[page:page + 8])

        def cut_in_half(data):
            del data[len(data) // 2:]

        def flip_in_the_middle(data):
            at = len(data) // PAGE_BYTES // 2 * PAGE_BYTES
            data[at:at + PAGE_BYTES] = os.urandom(PAGE_BYTES)

        file = self.kiosk.data / "kiosk.db"
        quarantine = self.kiosk.data / "quarantine"
        for turn, damage in enumerate((flip, cut_in_half, flip_in_the_middle), 1):
            with self.subTest(damage=damage.__name__):
                self.kiosk.stop()
                data = bytearray(file.read_bytes())
                damage(data)
                file.write_bytes(data)
                self.kiosk.start()
                self.visitor.see(demo_tour.TAKE_NUMBER)
                self.assertEqual(len(list(quarantine.iterdir())), turn)
                self.visitor.book("again")
                self.visitor.tap(demo_tour.HOME)
                self.expect_each_booking_once()

    def test_no_phone_name_or_pin_stays_at_the_kiosk(self):
        self.visitor.phones = ["13987654321", "13987654322"]
        self.visitor.book("online")
        self.visitor.tap(demo_tour.HOME)
        self.line.cut()
        self.visitor.see(demo_tour.OFFLINE)
        self.visitor.book("offline", demo_tour.WITH_SEATS)
        system.wait_for("both slips", ARRIVE_SECONDS, lambda: len(self.kiosk.slips()) == 2)
        self.visitor.tap(demo_tour.HOME)
        self.expect_nothing_told("while it runs, offline")
        self.line.restore()
        self.expect_each_booking_once()
        self.kiosk.kill()
        self.expect_nothing_told("after a kill")

    def test_no_phone_name_or_pin_stays_in_memory(self):
        self.visitor.book("booking")
        self.visitor.keep("done")
        secrets = ["王女士", self.visitor.phones[0], *both_ways(self.visitor.pins[0])]
        shown = self.in_memory(secrets)
        self.assertIn("王女士", shown)  # so it is looked for in the right places
        self.assertIn(both_ways(self.visitor.pins[0])[1], shown)
        system.wait_for("the slip", ARRIVE_SECONDS, self.kiosk.slips)
        self.visitor.tap(demo_tour.HOME)
        self.visitor.see(demo_tour.TAKE_NUMBER)
        try:  # the keeper and the printer end their work in their own time
            system.wait_for("memory without them", MEMORY_SECONDS,
                            lambda: not self.in_memory(secrets))
        except system.SystemFailure:
            self.fail(f"in memory at home: {self.in_memory(secrets)}")

    def in_memory(self, secrets):
        """Which of them stand in the kiosk's memory, with what is around them."""
        process = pathlib.Path(f"/proc/{self.kiosk.program.process.pid}")
        found = {}
        with open(process / "mem", "rb", buffering=0) as memory:
            for line in (process / "maps").read_text().splitlines():
                place, rights, *rest = line.split()
                start, end = (int(edge, 16) for edge in place.split("-"))
                if not rights.startswith("rw") or end - start > MAPPING_BYTES_MAX:
                    continue
                memory.seek(start)
                try:
                    data = memory.read(end - start)
                except OSError:
                    continue
                for secret in secrets:
                    at = data.find(secret.encode())
                    if at >= 0:
                        around = data[max(0, at - 32):at + 48]
                        found[secret] = (hex(start + at), rest[3:], around)
        return found

    def expect_nothing_told(self, when):
        secrets = ["王女士", *self.visitor.phones, *self.visitor.pins]
        spaced = [both_ways(word)[1] for word in self.visitor.pins]
        spaced += [f"{word[:3]} {word[3:7]} {word[7:]}" for word in self.visitor.phones]
        canary = self.folder / "canary"
        canary.write_text(f"pin {self.visitor.pins[0]}\n", encoding="utf-8")
        kept = [path for folder in (self.kiosk.data, self.kiosk.spool)
                for path in folder.rglob("*") if path.is_file()]
        logs = [self.kiosk.program.log_path, self.centre.program.log_path]
        self.assertIn(self.kiosk.data / "kiosk.db", kept)
        self.assertEqual(told([canary], secrets), {("canary", self.visitor.pins[0])})
        self.assertEqual(told(kept + logs, secrets + spaced), set(), when)
        self.assertEqual(told(logs, self.visitor.codes), set(), when)


class MoveTest(World):
    """Another time: with a yes, without an answer, without a line. One seat is always the visitor's."""

    def move_about(self, **how):
        self.begin(**how)
        visitor = self.visitor
        visitor.book("booking", WITH_OWN_SEATS)
        visitor.tap(demo_tour.HOME)
        # The one seat of the pool is asked for first, and had when the line stands again.
        self.line.stall()
        visitor.move("unanswered", 0, ANOTHER_DAY, demo_tour.NOT_MOVED)
        self.line.restore()
        system.wait_for("what was withdrawn at the centre", ARRIVE_SECONDS,
                        lambda: self.kiosk.unsent() == 0)
        visitor.move("asked", 0, ANOTHER_DAY)
        self.line.cut()
        visitor.see(demo_tour.OFFLINE)
        visitor.move("offline", 0, ANOTHER_DAY)
        self.line.restore()
        visitor.see_no(demo_tour.OFFLINE, demo_tour.BACK_SECONDS)
        self.expect_each_booking_once()
        self.assertEqual(visitor.complaints, [])

    def test_on_a_portrait_panel(self):
        self.move_about()

    def test_on_a_landscape_panel(self):
        self.move_about(size=LANDSCAPE)


class StoppedTest(World):
    """What staff do to a kiosk at the centre."""

    def kiosk_id(self):
        return (self.kiosk.data / "kiosk.id").read_text(encoding="ascii").strip()

    def test_a_stopped_kiosk_stays_stopped_and_one_written_off_forgets_all(self):
        self.begin()
        visitor, name = self.visitor, self.kiosk_id()
        self.assertIn(f"{name} {HALL} A desk    active", self.centre.admin("kiosks"))
        self.centre.admin("suspend", name)
        visitor.tap(demo_tour.TAKE_NUMBER)  # tells the centre, which turns it away
        visitor.see(STOPPED)
        self.kiosk.stop()
        self.line.cut()
        self.kiosk.start()
        visitor.see(STOPPED)
        self.kiosk.stop()
        self.line.restore()
        self.centre.admin("resume", name)
        self.kiosk.start()
        visitor.see(demo_tour.TAKE_NUMBER)
        system.wait_for("the number at the centre", ARRIVE_SECONDS,
                        lambda: self.kiosk.unsent() == 0)
        self.centre.admin("retire", name)
        key = (self.kiosk.data / "device.key").read_bytes()
        visitor.tap(demo_tour.TAKE_NUMBER)
        visitor.see(system.USER_CODE)
        self.assertFalse((self.kiosk.data / "kiosk.id").exists())
        self.assertNotEqual((self.kiosk.data / "device.key").read_bytes(), key)
        self.assertEqual(self.kiosk.own_seats(), 0)
        self.assertIn("revoked", self.centre.admin("kiosks"))
        self.centre.check()


class ClockTest(World):
    def sell(self):
        self.visitor.book("booking")
        self.visitor.tap(demo_tour.HOME)
        self.expect_each_booking_once()
        shown = self.visitor.see("3月4日")
        self.assertTrue(shown)

    def test_a_clock_ten_years_ahead_is_put_right_by_the_centre(self):
        self.begin(clock_error_ms=TEN_YEARS_MS)
        self.sell()
        self.restart_without_a_line_and_sell()

    def test_a_clock_ten_years_behind_is_put_right_by_the_centre(self):
        self.begin(clock_error_ms=-TEN_YEARS_MS)
        self.sell()
        self.restart_without_a_line_and_sell()

    def restart_without_a_line_and_sell(self):
        """It starts with the wrong clock and nobody to ask, and goes on as soon as it is told."""
        self.line.cut()
        self.kiosk.kill()
        self.kiosk.start()
        self.visitor.see(demo_tour.OFFLINE)
        self.line.restore()
        self.visitor.see_no(demo_tour.OFFLINE)
        self.sell()


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("mkfs.ext4"),
                     "skipped: a disk of limited size needs root and mkfs.ext4")
class FullDiskTest(World):
    """The centre's folder is a small ext4 on a loop device, journal and all."""

    def setUp(self):
        self.make_folder()
        disk, image = self.folder / "centre", self.folder / "centre.ext4"
        disk.mkdir()
        with open(image, "wb") as file:
            file.truncate(DISK_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
        done = subprocess.run(["mount", "-o", "loop", image, disk], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            self.skipTest(f"skipped: no loop device can be mounted: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.begin()

    def fill(self):
        filler = self.centre.data / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 12))
            except OSError:
                pass
        return filler

    def test_a_full_disk_is_said_and_costs_nothing(self):
        self.visitor.book("before")
        self.visitor.tap(demo_tour.HOME)
        self.expect_each_booking_once()
        filler = self.fill()
        try:
            self.visitor.walk_in()  # something to write
            system.wait_for("a word about the disk", ARRIVE_SECONDS,
                            lambda: "disk is full" in self.centre.program.log_path.read_text())
            self.centre.program.check_alive()
            self.visitor.see(demo_tour.OFFLINE)
            self.visitor.book("while-full", demo_tour.WITH_SEATS)
            self.visitor.tap(demo_tour.HOME)
        finally:
            filler.unlink()
        self.visitor.see_no(demo_tour.OFFLINE)
        self.expect_each_booking_once()
        self.assertIn(self.visitor.walkin, self.centre.walkins())
        self.visitor.book("after")
        self.expect_each_booking_once()


def both_ways(pin):
    return pin, f"{pin[:3]} {pin[3:]}"


def told(files, secrets):
    """Which file holds which secret: as a word, for digits within hashes mean nothing."""
    found = set()
    for file in files:
        data = file.read_bytes()
        for secret in secrets:
            word = rb"(?<![0-9A-Za-z])" + re.escape(secret.encode()) + rb"(?![0-9A-Za-z])"
            if re.search(word, data):
                found.add((file.name, secret))
    return found


if __name__ == "__main__":
    unittest.main()
