"""Records what a version leaves on disk, for test_upgrade.py of all later ones: run once a release,
with BUILD naming its programs.

    BUILD=build/release tests/upgrade/record.py tests/upgrade/VERSION

A centre and a kiosk of the demo's county are stopped with work undone: a booking, a wish and a walk-in
number that the centre has not heard of. Databases are kept as SQL, so that a reader sees what is in
them. The keys are of this made-up centre and guard nothing.
"""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "deploy")]

from demo_tour import HOME, OFFLINE
from test_system import WITH_OWN_SEATS, World

# What a kiosk can have again, and what lasts only as long as a process.
LEFT_OUT = ("*.db", "*.db-*", "*.sock", "u")


def keep_folder(source, target):
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for file in source.glob("*.db"):
        with contextlib.closing(sqlite3.connect(file)) as db:
            lines = "\n".join(db.iterdump()) + "\n"
        (target / f"{file.name}.sql").write_text(lines, encoding="utf-8")


class Record(World):
    target = None

    def test_record(self):
        self.begin()
        visitor = self.visitor
        visitor.home()
        visitor.walk_in()
        visitor.booking()
        visitor.slip()
        visitor.check_in()
        self.line.cut()
        visitor.see(OFFLINE)
        visitor.book("offline", WITH_OWN_SEATS)
        visitor.tap(HOME)
        visitor.wish_offline()
        visitor.walk_in()
        self.kiosk.stop()
        self.centre.stop()
        known = {"unsent": self.kiosk.unsent(), "codes": visitor.codes, "pins": visitor.pins,
                 "walkins": sorted(self.centre.walkins()), "last_walkin": visitor.walkin}
        shutil.rmtree(self.target, ignore_errors=True)
        keep_folder(self.centre.data, self.target / "centre")
        keep_folder(self.kiosk.data, self.target / "kiosk")
        text = json.dumps(known, indent=1, ensure_ascii=False) + "\n"
        (self.target / "known.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    Record.target = pathlib.Path(sys.argv.pop()).resolve()
    unittest.main(argv=[sys.argv[0], "Record"])
