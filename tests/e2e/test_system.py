"""The real programs, over a line that breaks: a centre, a kiosk, and the proxy between them.

BUILD names the folder of the programs. What a visitor does goes through the kiosk's tree; what came of
it is asked of the centre.
"""

import collections
import os
import pathlib
import re
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
ARRIVE_SECONDS = 60
TEAR_BYTES_MAX = 3000


class SystemTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lvyue-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        clock = {"start": "2026-03-04T08:40", "since": time.time_ns() // 1_000_000}
        self.centre = system.Centre(BUILD, self.folder, clock)
        self.centre.make(ROOT / "assets")
        self.centre.start()
        self.addCleanup(self.centre.stop)
        self.line = proxy.Proxy(("127.0.0.1", self.centre.port))
        self.addCleanup(self.line.close)
        url = f"http://127.0.0.1:{self.line.port}"
        self.kiosk = system.KioskProgram(BUILD, self.folder, url, clock)
        self.kiosk.start()
        self.addCleanup(self.kiosk.stop)
        self.kiosk.enrol(self.centre, HALL)
        shots = self.folder / "shots"
        shots.mkdir()
        self.visitor = demo_tour.Tour(self.centre, self.kiosk, shots, run_number=1)
        self.visitor.see(demo_tour.TAKE_NUMBER)

    def count_at_the_centre(self):
        return collections.Counter(re.sub(r"\D", "", str(one["code"]))
                                   for one in self.centre.bookings())

    def expect_each_booking_once(self):
        system.wait_for("every booking at the centre", ARRIVE_SECONDS,
                        lambda: set(self.visitor.codes) <= set(self.count_at_the_centre()))
        self.assertEqual(self.count_at_the_centre(), collections.Counter(self.visitor.codes))
        self.centre.check()

    def end_in_order(self, program):
        program.stop()
        self.assertEqual(program.program.process.returncode, 0, program.program.tail())

    def test_a_citizen_gets_through_and_every_screen_is_fit_to_read(self):
        for step in demo_tour.Tour.STEPS:
            step(self.visitor)
        self.assertEqual(self.visitor.complaints, [])
        self.end_in_order(self.kiosk)
        self.end_in_order(self.centre)

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
        self.visitor.book("offline")
        self.kiosk.kill()
        self.kiosk.start()
        self.line.restore()
        self.expect_each_booking_once()

    def test_bookings_over_a_tearing_line_arrive_once(self):
        self.line.tear(TEAR_BYTES_MAX)
        self.visitor.book("torn")
        self.visitor.tap(demo_tour.HOME)
        self.visitor.book("torn-again")
        self.line.restore()
        self.expect_each_booking_once()

    def test_a_killed_centre_has_kept_what_it_answered(self):
        self.visitor.book("before")
        self.centre.kill()
        self.centre.start()
        self.expect_each_booking_once()


if __name__ == "__main__":
    unittest.main()
