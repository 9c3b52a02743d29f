"""The queue, from a number taken at a kiosk to the call on the display: real programs, and staff who
type at the centre what they would press.

BUILD names the folder of the programs.
"""

import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "deploy")]

import demo_tour
import system

BUILD = pathlib.Path(os.environ["BUILD"])
HALL = "141182000"
SEE_SECONDS = 30
LANDSCAPE = (1920, 1080)
DUMMY = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
# Two desks that are on, so that two callers race for the same people.
ROSTER = """站点,坐班人员,类别,规则,从,到,上班,下班,席位,每席分钟,窗口,事项,代替
141182000,武志明,退休法官,每周三,2026-01-05,,8:30,11:30,6,30,1,,
141182000,赵丽娟,律师,每周三,2026-01-05,,8:30,11:30,6,30,2,,
"""


class QueueTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lvyue-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.clock = {"start": "2026-03-04T08:40", "since": time.time_ns() // 1_000_000}
        self.centre = system.Centre(BUILD, self.folder, self.clock)
        self.centre.make(ROOT / "assets")
        roster = self.folder / "roster.csv"
        roster.write_text(ROSTER, encoding="utf-8")
        self.centre.admin("import-roster", roster)
        self.centre.start()
        self.addCleanup(self.centre.stop)
        self.kiosk = self.machine("kiosk")
        self.display = self.machine("display", size=LANDSCAPE, is_display=True)
        shots = pathlib.Path(os.environ.get("SHOTS", self.folder / "shots"))
        shots.mkdir(parents=True, exist_ok=True)
        self.shots = shots
        self.visitor = demo_tour.Tour(self.centre, self.kiosk, shots, 1)
        self.visitor.see(demo_tour.TAKE_NUMBER)

    def machine(self, name, **how):
        one = system.KioskProgram(BUILD, self.folder, self.centre.url, self.clock, name, **how)
        one.start(DUMMY)
        self.addCleanup(one.stop)
        one.enrol(self.centre, HALL)
        return one

    def staff(self, command, *words):
        """Gives the answer's first line as a dict."""
        done = self.centre.run_admin(command, HALL, *words, "--json")
        return json.loads(done.stdout.splitlines()[0])

    def shows(self, pattern):
        system.wait_for(f"“{pattern}” on the display", SEE_SECONDS,
                        lambda: self.display.screen.tree().search(pattern))
        self.assertEqual(self.display.screen.tree().screen, "display")

    def keep(self, name):
        self.display.screen.shot(self.shots / f"display-{name}.png")

    def take_number(self):
        self.visitor.walk_in()
        return self.visitor.walkin

    def test_a_day_at_the_hall(self):
        self.shows("请坐着等叫号")
        first, second, third = (self.take_number() for _ in range(3))
        self.shows("在等 3 人")
        self.visitor.see("前面 3 人")  # at the kiosk's home
        self.assertTrue(self.staff("prefer", third)["priority"])

        # Two desks never call one person; priority first, and not twice.
        self.assertEqual(self.staff("call", "--desk", "1")["ticket"], third)
        self.assertEqual(self.staff("call", "--desk", "2")["ticket"], first)
        self.shows(f"^{first}$")
        self.shows("到 2号窗口")
        self.shows("也在请")
        self.shows("在等 1 人")
        self.keep("two-desks")
        self.assertEqual(self.staff("call", "--desk", "1")["why"], "desk-busy")

        # Called three times, missed, back, and called again.
        self.assertEqual(self.staff("call-again", "--desk", "2")["calls"], 2)
        self.assertEqual(self.staff("call-again", "--desk", "2")["calls"], 3)
        self.assertEqual(self.staff("call-again", "--desk", "2")["why"], "called-enough")
        system.wait_for("the missed one's desk free", SEE_SECONDS,
                        lambda: not self.display.screen.tree().search("到 2号窗口"))
        self.assertEqual(self.staff("call-back", first)["state"], "waiting")
        self.assertEqual(self.staff("call", "--desk", "2")["ticket"], second)
        self.assertEqual(self.staff("served", "--desk", "2")["state"], "served")
        self.assertEqual(self.staff("call", "--desk", "2")["ticket"], first)
        self.shows(f"^{first}$")

        for desk in ("1", "2"):
            self.assertEqual(self.staff("served", "--desk", desk)["state"], "served")
        self.shows("请坐着等叫号")
        self.keep("nobody")
        self.centre.check()

    def test_a_booking_is_called_by_its_time_and_a_masked_name(self):
        self.visitor.book("booking")
        self.visitor.tap(demo_tour.HOME)
        self.visitor.check_in()
        self.shows("在等 1 人")
        answers = [self.staff("call", "--desk", desk) for desk in ("1", "2")]
        called = [one for one in answers if "state" in one]
        self.assertEqual([one["name"] for one in called], [f"{demo_tour.SURNAME}*"])
        self.shows(r"^王\*$")
        self.shows("预约 ")
        self.keep("booking")
        told = json.dumps(self.display.screen.tree().nodes, ensure_ascii=False)
        for secret in (demo_tour.TITLE, *self.visitor.phones, *self.visitor.codes):
            self.assertNotIn(secret, told)
        self.assertEqual(self.display.own_seats(), 0)
        self.centre.check()


if __name__ == "__main__":
    unittest.main()
