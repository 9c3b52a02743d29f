"""The real server's life: starts and ends, nights, backups, and what an operator may ask of it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import centre as c


class Time(unittest.TestCase):
    def version(self, centre):
        return centre.ask("GET", "/v1/c/timestamp.json")[1]["version"]

    def wait_for_log(self, centre, text, count):
        end = time.monotonic() + 2 * c.WAIT_S
        while centre.log_text().count(text) < count and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(centre.log_text().count(text), count, centre.log_text())

    def test_a_timestamp_is_renewed_before_it_ends(self):
        with c.Centre() as centre:
            centre.fill()
            for start, version in (("2026-03-10T08:40", 1), ("2026-03-12T08:40", 2),
                                   ("2026-05-12T08:40", 3)):
                text = centre.config.read_text()
                centre.config.write_text(c.re.sub("start = .*", f"start = {start}", text))
                centre.serve()
                self.assertEqual(self.version(centre), version)
                centre.stop()

    def test_the_night_comes_once_a_day(self):
        with c.Centre(start="2026-03-04T23:59") as centre:
            text = centre.config.read_text()
            since = int(c.re.search(r"since = (\d+)", text)[1]) - 58000
            centre.config.write_text(c.re.sub(r"since = \d+", f"since = {since}", text))
            centre.fill(publish=False)
            centre.serve()
            self.wait_for_log(centre, "nightly run done", 2)
            centre.stop()
            centre.serve()
            centre.ask("GET", "/readyz")
            self.assertEqual(centre.log_text().count("nightly run done"), 0)

    def test_a_night_that_failed_is_tried_again(self):
        with c.Centre(start="2026-03-04T23:59") as centre:
            centre.fill(publish=False)
            text = centre.config.read_text()
            since = int(time.time() * 1000) - 56000
            centre.config.write_text(c.re.sub(r"since = \d+", f"since = {since}", text))
            centre.serve()
            self.wait_for_log(centre, "nightly run done", 1)
            db = sqlite3.connect(centre.data / "centre.db")
            db.execute("BEGIN IMMEDIATE")
            self.wait_for_log(centre, "commands were not kept", 1)
            self.assertEqual(centre.log_text().count("nightly run done"), 1)
            db.rollback()
            db.close()
            self.wait_for_log(centre, "nightly run done", 2)


class Life(unittest.TestCase):
    def test_sigterm_ends_hanging_polls_within_a_second_and_nothing_is_lost(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            centre.serve()
            kiosk = c.Kiosk(centre).start()
            kiosk.pull()
            kiosk.push(kiosk.op("telepathy"))
            kiosk.pull()
            replies = []
            thread = threading.Thread(
                target=lambda: replies.append(kiosk.ask("GET", kiosk.feed_target(50))))
            thread.start()
            time.sleep(0.3)
            code, took_s = centre.stop()
            thread.join(5)
            self.assertEqual((code, replies[0][0], c.name_of(replies[0][1])),
                             (0, 503, "stopping"), centre.log_text())
            self.assertLess(took_s, 1)
            centre.serve()
            self.assertEqual(kiosk.hello()[1]["acked"], 1)
            self.assertEqual(centre.stop(signal.SIGKILL)[0], -signal.SIGKILL)
            centre.serve()  # a socket and a lock left behind keep nobody out
            self.assertEqual(kiosk.hello()[1]["acked"], 1)
            self.assertEqual(centre.admin("check")[1], ["0 violations"])

    def test_two_servers_never_open_one_folder_and_admin_works_with_and_without(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            centre.serve()
            twin = c.subprocess.run([c.BUILD / "lvyue-server", "--config", centre.config],
                                    capture_output=True, text=True, timeout=20)
            self.assertEqual(twin.returncode, 1)
            self.assertIn("another process has it open", twin.stderr)
            self.assertEqual(centre.admin("import-roster", c.DEMO / "roster.csv")[1],
                             ["32 imported, 0 refused"])
            bad = centre.dir / "bad.csv"
            text = (c.DEMO / "roster.csv").read_text()
            bad.write_text(text.replace("141182003", "141182009").replace("每周五", "每周八"))
            for _ in range(2):
                code, lines = centre.admin("import-roster", bad, check=False)
                self.assertEqual(code, 1)
                self.assertIn("bad.csv:7:18: 规则: unknown-rule 看不懂这条规则", lines)
                self.assertIn("bad.csv:15:1: 站点: unknown-site 没有这个站点", lines)
                self.assertEqual(lines[-1], f"0 imported, {len(lines) - 1} refused")
                if centre.process:
                    centre.stop()
            broken = centre.dir / "broken.csv"
            broken.write_bytes(text.encode("gb18030"))
            self.assertIn("broken-utf8", centre.admin("import-roster", broken, check=False)[1][0])
            dry = centre.admin("import-roster", c.DEMO / "roster.csv", "--dry-run", "--json")[1]
            self.assertEqual(json.loads(dry[-1]), {"imported": 32, "refused": 0})

    def test_a_dry_run_changes_nothing(self):
        with c.Centre() as centre:
            centre.admin("init")
            centre.admin("import-sites", c.DEMO / "sites.csv")
            self.assertEqual(centre.admin("import-roster", c.DEMO / "roster.csv", "--dry-run")[1],
                             ["32 imported, 0 refused"])
            with sqlite3.connect(centre.data / "centre.db") as db:
                self.assertEqual(db.execute("SELECT count(*) FROM sitting").fetchone(), (0,))
            centre.admin("import-roster", c.DEMO / "roster.csv")
            with sqlite3.connect(centre.data / "centre.db") as db:
                self.assertGreater(db.execute("SELECT count(*) FROM sitting").fetchone()[0], 30)

    def test_a_backup_is_whole_and_makes_operations_safe(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            centre.serve()
            kiosk = c.Kiosk(centre).start()
            kiosk.push(kiosk.op("telepathy"))
            self.assertEqual(kiosk.hello()[1]["safe"], 0)
            copy = centre.dir / "copy.db"
            centre.admin("backup", copy)
            self.assertEqual(kiosk.hello()[1]["safe"], 1)
            with sqlite3.connect(copy) as db:
                self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual(centre.admin("backup", copy, check=False)[0], 1)
            self.assertEqual(os.stat(copy).st_mode & 0o777, 0o600)

    def test_another_database_than_the_folder_expects_is_not_opened(self):
        with c.Centre() as centre:
            centre.admin("init")
            (centre.data / "generation").write_text("0" * 31 + "1\n")
            self.assertEqual(centre.admin("check", check=False)[0], 1)
            self.assertIn("put back from a backup", centre.said)
            with self.assertRaisesRegex(AssertionError, "put back from a backup"):
                centre.serve()

    def refuses_to_open(self, centre):
        self.assertEqual(centre.admin("check", check=False)[0], 1)
        self.assertIn("older than what kiosks have seen", centre.said)
        with self.assertRaisesRegex(AssertionError, "older than what kiosks have seen"):
            centre.serve()
        centre.stop()

    def test_an_older_copy_of_the_same_history_is_not_opened(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            database, cold, backup = (centre.data / "centre.db", centre.dir / "cold.db",
                                      centre.dir / "backup.db")
            shutil.copyfile(database, cold)
            centre.serve()
            kiosk = c.Kiosk(centre).start()
            centre.admin("backup", backup)
            kiosk.push(kiosk.op("telepathy"))
            centre.stop()
            newest = centre.dir / "newest.db"
            shutil.copyfile(database, newest)
            for copy in (cold, backup):
                shutil.copyfile(copy, database)
                self.refuses_to_open(centre)
            # A refusal spoils nothing: what was there before still opens.
            shutil.copyfile(newest, database)
            centre.serve()
            self.assertEqual(kiosk.hello()[1]["acked"], 1)
            centre.stop()
            shutil.copyfile(newest, database)
            self.refuses_to_open(centre)

    def test_a_backup_without_a_server_is_an_older_copy_too(self):
        with c.Centre() as centre:
            centre.admin("init")
            copy = centre.dir / "copy.db"
            centre.admin("backup", copy)
            shutil.copyfile(copy, centre.data / "centre.db")
            self.refuses_to_open(centre)

    def test_a_server_killed_at_any_moment_starts_again(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            for delay_ms in range(0, 200, 10):
                with subprocess.Popen([c.BUILD / "lvyue-server", "--config", centre.config],
                                      stderr=subprocess.DEVNULL) as process:
                    time.sleep(delay_ms / 1000)
                    process.kill()
            centre.serve()
            centre.stop(signal.SIGKILL)
            # The power goes between the database and the file: the database is ahead.
            with sqlite3.connect(centre.data / "centre.db") as db:
                db.execute("UPDATE server_meta SET value = value + 1 WHERE name = 'turn'")
            db.close()
            centre.admin("check")
            centre.serve()

    def test_a_folder_from_before_there_were_turns_opens(self):
        with c.Centre() as centre:
            centre.admin("init")
            with sqlite3.connect(centre.data / "centre.db") as db:
                db.execute("DELETE FROM server_meta WHERE name = 'turn'")
            db.close()
            file = centre.data / "generation"
            gen, turn = file.read_text().split()
            self.assertEqual(turn, "0")
            file.write_text(gen + "\n")
            centre.serve()
            self.assertEqual(file.read_text().split(), [gen, "1"])

    def test_an_open_key_is_no_key(self):
        with c.Centre() as centre:
            centre.admin("init")
            (centre.data / "keys" / "data.key").chmod(0o644)
            self.assertEqual(centre.admin("check", check=False)[0], 1)

    def test_commands_that_make_no_sense(self):
        with c.Centre() as centre:
            self.assertEqual(centre.admin("check", check=False)[0], 1)
            centre.admin("init")
            self.assertEqual(centre.admin("init", check=False)[0], 1)
            for words in (("dance",), ("enrol", "x"), ("import-sites",), ("check", "x"),
                          ("check", "--dance")):
                self.assertEqual(centre.admin(*words, check=False)[0], 2, words)
            for words in (("import-sites", "/no/such/file"), ("import-laws", "/no/such/folder"),
                          ("publish", "--articles", "/no/such/folder"), ("retire", "x"),
                          ("enrol", "BCDFGHJK", "x"), ("bookings", "--day", "x"),
                          ("backup", "/no/such/folder/file")):
                self.assertEqual(centre.admin(*words, check=False)[0], 1, words)
            with open("/dev/full", "w") as full:
                done = c.subprocess.run([c.BUILD / "lvyue-admin", "keys", "--config",
                                         centre.config], stdout=full, stderr=c.subprocess.PIPE)
            self.assertEqual(done.returncode, 1)

    def test_who_looks_into_the_database_takes_nothing_away(self):
        with c.Centre() as centre:
            centre.fill(publish=False)
            centre.serve()
            kiosk = c.Kiosk(centre).start()
            kiosk.push(kiosk.op("telepathy"))
            # Whoever is last to close a database of SQLite's removes its log: this one is not the last.
            with contextlib.closing(sqlite3.connect(centre.data / "centre.db")) as db:
                self.assertEqual(db.execute("SELECT count(*) FROM op_result").fetchall(), [(1,)])
            kiosk.push(kiosk.op("telepathy"))
            centre.stop(signal.SIGKILL)
            centre.serve()
            self.assertEqual(kiosk.hello()[1]["acked"], 2)

    def test_the_example_of_a_configuration_is_one(self):
        with c.Centre() as centre:
            example = (c.ROOT / "deploy" / "server.conf.example").read_text()
            mine = example.replace("/var/lib/lvyue-centre", str(centre.data))
            # Each default as it is written behind its semicolon.
            every = [line[1:] if line.startswith(";") and line[1:2].isalpha() else line
                     for line in mine.splitlines()]
            keys = {line.split(" = ")[0] for line in every if " = " in line[:20]}
            self.assertEqual(keys, {"data", "database", "journal", "port", "workers", "connections_max",
                                    "demo", "start", "since"})
            # These have no default: what stands there is an example.
            every = [line for line in every
                     if not line.startswith(("database = ", "journal = "))]
            centre.config.write_text(mine)
            centre.admin("init")
            centre.config.write_text("\n".join(every) + "\n")
            self.assertEqual(centre.admin("check", check=False)[0], 1)
            self.assertIn("need demo = yes", centre.said)
            centre.config.write_text("\n".join(every).replace("demo = no", "demo = yes")
                                     .replace("port = 8470", "port = 0") + "\n")
            centre.admin("check")
            centre.serve()

    def test_the_commands_of_the_readme_work_as_they_are_written(self):
        block = re.search(r"   ```\n(   lvyue-admin init.*?)   ```\n",
                          (c.ROOT / "README.md").read_text(), re.S)[1]
        *commands, server = block.splitlines()
        self.assertEqual(server.split(), ["lvyue-server", "--config", "server.conf"])
        self.assertEqual(len(commands), 6)
        with c.Centre() as centre:
            laws = centre.dir / "laws"
            laws.mkdir()
            (laws / "某法(2021-01-01).md").write_text(
                "# 某法\n2021年1月1日 通过\n<!-- INFO END -->\n第一条 甲\n")
            own = {"目录": centre.data, "法律文件夹": laws, "排班表.csv": c.DEMO / "roster.csv"}
            for command in commands:
                words = [str(own.get(word, word)) for word in command.split()]
                done = subprocess.run([c.BUILD / words[0], *words[1:]], cwd=c.ROOT, timeout=120,
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, command + done.stdout + done.stderr)
            centre.serve()

    def test_a_demo_clock_needs_a_demo(self):
        with c.Centre() as centre:
            text = centre.config.read_text()
            for spoiled in (text.replace("demo = yes", "demo = no"),
                            text.replace("T08:40", " 08:40"), text + "colour = red\n",
                            text.replace("port = 0", "port = 70000")):
                centre.config.write_text(spoiled)
                self.assertEqual(centre.admin("init", check=False)[0], 1)


if __name__ == "__main__":
    unittest.main()
