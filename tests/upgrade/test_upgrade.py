"""What every released version left on disk is taken over by this one, with nothing lost.

Each folder beside this file is one version's, as record.py kept it. BUILD names the programs.
"""

import collections
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "deploy")]

import demo_tour
import system

BUILD = pathlib.Path(os.environ["BUILD"])
ARRIVE_SECONDS = 60
VERSIONS = sorted(path.parent for path in HERE.glob("*/known.json"))
# Of the recording: a quarter of an hour later on the same day.
START = "2026-03-04T08:55"


def lay_out(source, target):
    """The folder as the version's own programs had left it."""
    shutil.copytree(source, target)
    for dump in target.glob("*.sql"):
        with contextlib.closing(sqlite3.connect(dump.with_suffix(""))) as db:
            db.executescript(dump.read_text(encoding="utf-8"))
        dump.unlink()
    for key in target.rglob("*.key"):
        key.chmod(0o600)


class UpgradeTest(unittest.TestCase):
    def begin(self, version):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lvyue-")))
        clock = {"start": START, "since": time.time_ns() // 1_000_000}
        centre = system.Centre(BUILD, folder, clock)
        kiosk = system.KioskProgram(BUILD, folder, centre.url, clock)
        lay_out(version / "centre", centre.data)
        lay_out(version / "kiosk", kiosk.data)
        return centre, kiosk, json.loads((version / "known.json").read_text(encoding="utf-8"))

    def test_there_is_a_version_to_come_from(self):
        self.assertIn("1", [version.name for version in VERSIONS])

    def test_a_database_is_migrated_and_in_order(self):
        for version in VERSIONS:
            with self.subTest(version=version.name):
                centre, _, known = self.begin(version)
                centre.start()
                centre.stop()
                centre.check()
                self.assertEqual(sorted(centre.walkins()), known["walkins"])

    def test_what_a_kiosk_had_not_sent_arrives(self):
        for version in VERSIONS:
            with self.subTest(version=version.name):
                centre, kiosk, known = self.begin(version)
                self.addCleanup(centre.stop)
                self.addCleanup(kiosk.stop)
                self.assertEqual(kiosk.unsent(), known["unsent"])
                centre.start()
                kiosk.start()
                system.wait_for("the log at the centre", ARRIVE_SECONDS,
                                lambda: kiosk.unsent() == 0)
                found = collections.Counter(one["code"] for one in centre.bookings())
                self.assertEqual(found, collections.Counter(known["codes"]))
                self.assertIn(known["last_walkin"], centre.walkins())
                centre.check()
                # And the kiosk still knows whose slip is shown to it.
                kiosk.screen.scan(demo_tour.SCAN.format(code=known["codes"][1],
                                                        pin=known["pins"][1]))
                system.wait_for("the booking", ARRIVE_SECONDS,
                                lambda: kiosk.screen.tree().screen == "my_booking")


if __name__ == "__main__":
    unittest.main()
