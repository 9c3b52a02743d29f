"""The real kiosk program without a centre: it starts, says what it waits for, and ends when asked to.

BUILD names the folder of the programs.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "deploy")]

import system
import tree

BUILD = pathlib.Path(os.environ["BUILD"])
KIOSK = BUILD / "lvyue-kiosk"
REFUSAL_SECONDS_MAX = 30
HOVER_SECONDS_MAX = 8  # less than the patience of the socket
DUMMY = {"SDL_VIDEODRIVER": "dummy"}


class KioskTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lvyue-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        clock = {"start": "2026-03-04T08:40", "since": time.time_ns() // 1_000_000}
        nobody = f"http://127.0.0.1:{system.free_port()}"
        self.kiosk = system.KioskProgram(BUILD, self.folder, nobody, clock)

    def start(self):
        self.kiosk.start()
        self.addCleanup(self.kiosk.stop)

    def refused(self, *words):
        """What it says when it does not even start."""
        done = subprocess.run([str(KIOSK), *map(str, words)], capture_output=True, text=True,
                              env=os.environ | DUMMY, timeout=REFUSAL_SECONDS_MAX, check=False)
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertNotIn("ERROR:", done.stderr)
        return done.stderr

    def refused_config(self, sections):
        path = self.folder / "refused.conf"
        # Else one below /dev/shm would stay behind.
        sections["kiosk"].setdefault("spool", self.folder / "other-spool")
        path.write_text(system.ini(sections), encoding="utf-8")
        return self.refused("--config", path, "--tree", self.folder / "refused.sock")

    def test_without_a_centre_it_says_that_it_is_being_prepared(self):
        self.start()
        self.assertEqual(self.kiosk.screen.wait("starting", 5000)["screen"], "starting")
        shown = self.kiosk.screen.tree()
        self.assertTrue(shown.search("^8:4[0-4]$"), shown.nodes)
        picture = self.folder / "starting.png"
        self.kiosk.screen.shot(picture)
        self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")

    def test_touches_and_keys_are_answered_with_the_frame_that_shows_them(self):
        self.start()
        before = self.kiosk.screen.tree()
        answer = self.kiosk.screen.tap("大字")
        self.assertGreater(answer["frame"], before.frame)
        large = self.kiosk.screen.tree()
        heading = next(node for node in before.nodes if node["role"] == "heading")
        again = next(node for node in large.nodes if node["role"] == "heading")
        self.assertGreater(again["text_px"], heading["text_px"])
        self.kiosk.screen.key("tab")
        with self.assertRaisesRegex(tree.TreeError, "bad-request"):
            self.kiosk.screen.key("no-such-key")
        with self.assertRaisesRegex(tree.TreeError, "no-label"):
            self.kiosk.screen.tap("no such label")

    def test_a_pointer_on_the_display_does_not_keep_a_client_waiting(self):
        with system.display(self.folder, (1080, 1920)) as env:
            self.kiosk.start(env)
            try:
                self.kiosk.screen.socket.settimeout(HOVER_SECONDS_MAX)
                self.assertEqual(self.kiosk.screen.tree().screen, "starting")
            finally:
                self.kiosk.stop()

    def test_nothing_is_painted_while_nothing_changes(self):
        self.start()
        settled = self.kiosk.screen.wait("starting", 5000)["frame"]
        for _ in range(20):
            self.assertLessEqual(self.kiosk.screen.tree().frame, settled + 1)  # the clock's minute

    def test_it_ends_in_order_when_asked_to(self):
        for _ in range(2):
            self.kiosk.start()
            self.kiosk.program.stop()  # while somebody listens at its socket
            self.kiosk.stop()
            self.assertEqual(self.kiosk.program.process.returncode, 0, self.kiosk.program.tail())
            self.assertFalse(self.kiosk.socket_path.exists())

    def test_two_programs_never_share_a_data_folder(self):
        self.start()
        said = self.refused("--config", self.kiosk.config)
        self.assertIn("another program has this kiosk open", said)
        self.assertEqual(self.kiosk.screen.tree().screen, "starting")

    def test_a_configuration_that_does_not_hold_together_is_refused(self):
        good = {
            "kiosk": {"data": self.folder / "other"},
            "centre": {"url": "http://127.0.0.1:9"},
            "panel": {"fullscreen": "no", "width": 1080, "height": 1920},
            "test": {"tree": "yes"},
        }
        rows = [
            ({"test": {"tree": "no"}}, "--tree is refused"),
            ({"centre": {}}, r"[centre] url: must be given"),
            ({"panel": {"fullscreen": "no"}}, "a window needs width and height"),
            ({"panel": {"width": 1080, "height": 1920}}, "fullscreen takes the display's"),
            ({"panel": {"fullscreen": "no", "width": 319, "height": 1920}}, "320"),
            ({"panel": {"rotate": 45}}, "0, 90, 180 or 270"),
            ({"panel": {"diagonal_in": "21.55"}}, "21.5"),
            ({"panel": {"diagonal_in": "9.9"}}, "21.5"),
            ({"printer": {"device": "cups:x"}}, "not file:DIR"),
            ({"demo": {"start": "2026-03-04T08:40", "since": 5}}, "need demo = yes"),
            ({"demo": {"demo": "yes", "start": "2026-03-04T08:40"}}, "with since"),
            ({"demo": {"demo": "yes", "start": "2026-02-30T08:40", "since": 5}}, "is written"),
            ({"kiosk": {"data": "/" + "d" * 160}}, "too long"),
            ({"kiosk": {"data": self.folder / "other", "colour": "red"}}, "no such setting"),
            *(({"centre": {"url": url}}, "https, or http to this very machine")
              for url in ("http://192.0.2.2:80", "http://127.0.0.1.example:80", "ftp://127.0.0.1",
                          "http://127.0.0.1:80@example/", "http://[::1].example/")),
        ]
        for change, why in rows:
            with self.subTest(why=why):
                self.assertIn(why, self.refused_config(good | change))
        self.assertIn("usage", self.refused("--conf"))
        self.assertIn("usage", self.refused("--config"))

    def test_it_says_which_version_it_is(self):
        done = subprocess.run([str(KIOSK), "--version"], capture_output=True, text=True, check=True)
        self.assertRegex(done.stdout, r"^lvyue-kiosk \d+\.\d+\.\d+\n$")

    def test_a_spool_of_somebody_else_is_refused(self):
        spool = self.folder / "spool"
        spool.mkdir()
        spool.chmod(0o777)
        said = self.refused_config({
            "kiosk": {"data": self.folder / "other", "spool": spool},
            "centre": {"url": "http://127.0.0.1:9"},
            "test": {"tree": "yes"},
        })
        self.assertIn("only this user", said)

    def test_the_example_of_a_configuration_is_one(self):
        example = (ROOT / "deploy" / "kiosk.conf.example").read_text(encoding="utf-8")
        mine = example.replace("/var/lib/lvyue", str(self.folder / "example"))
        path = self.folder / "example.conf"
        path.write_text(mine, encoding="utf-8")
        said = self.refused("--config", path, "--tree", self.folder / "example.sock")
        self.assertIn("does not say [test] tree = yes", said)
        self.assertEqual(said.count("\n"), 1, said)
        every = path.with_name("every.conf")
        # Each default as it is written behind its semicolon.
        lines = [line[1:] if line.startswith(";") and line[1:2].isalpha() else line
                 for line in mine.splitlines()]
        every.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.assertIn("need demo = yes", self.refused("--config", every, "--tree", "x"))


if __name__ == "__main__":
    unittest.main()
