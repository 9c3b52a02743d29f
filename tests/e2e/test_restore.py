"""The day on which the centre is put back from a backup, with the real programs."""

import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import centre as c
import kill_loop
import postgres
import system

SLIPS = 25
EPOCH_STEP = 1 << 20
DAY_MS = 86400000


class Kiosk(c.Kiosk):
    """One that keeps its log, and what its pool sales were answered with."""

    def __init__(self, centre):
        super().__init__(centre)
        self.log = []
        self.had = {}

    def do(self, op):
        self.log.append(op)
        status, told = self.push(op)
        assert status == 200, told
        (result,) = told["results"]
        if "epoch" in result:
            self.had[result["seq"]] = result["epoch"]
        return result

    def own_seat(self):
        """A free seat of its own in a sitting to come."""
        self.pull()
        sold = {(row["sitting"], row["seat"]) for row in self.of_kind("right").values()
                if row["booking"]}
        for right in self.of_kind("right").values():
            sitting = self.rows.get(("c", "sitting", right["sitting"]))
            if (right["sitting"], right["seat"]) not in sold and sitting and \
                    sitting["start_ms"] > self.hello()[1]["now_ms"] + DAY_MS:
                return right
        raise AssertionError("no seat of its own")

    def sell_own(self):
        right = self.own_seat()
        booking, op = self.sale("right", right["sitting"], right["seat"], right["epoch"],
                                phone="")
        result = self.do(op)
        assert result["outcome"] == "ok", result
        return booking

    def pool_seat(self):
        self.pull()
        now_ms = self.hello()[1]["now_ms"]
        for avail in self.of_kind("avail").values():
            sitting = self.rows.get(("c", "sitting", avail["sitting"]))
            if sitting and avail["pool"] and 1 < (sitting["start_ms"] - now_ms) / DAY_MS < 7:
                return avail["sitting"], (avail["pool"] & -avail["pool"]).bit_length()
        raise AssertionError("no seat in the pool")

    def sell_pool(self):
        booking, op = self.sale("pool", *self.pool_seat(), phone="")
        return booking, self.do(op)

    def follow(self):
        """What the protocol asks of a kiosk whose centre has a new history."""
        status, told, _ = self.hello(gen=None)
        assert status == 200 and told["report"] is True, told
        self.pos = dict.fromkeys(self.pos, 0)
        again = self.log[told["acked"]:]
        if again:
            had = [{"seq": seq, "epoch": epoch} for seq, epoch in self.had.items()
                   if seq > told["acked"]]
            body = self.batch(again) | ({"had": had} if had else {})
            status, answer, _ = self.ask("POST", "/v1/d/ops", body)
            assert status == 200, answer
            return answer["results"]
        return []

    def report(self):
        rights = [{"sitting": r["sitting"], "seat": r["seat"], "epoch": r["epoch"]}
                  for r in self.of_kind("right").values()]
        return self.ask("POST", "/v1/d/report",
                        {"gen": self.gen, "op_seq": self.op_seq, "rights": rights})


class Restored(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lvyue-restore-")
        self.addCleanup(self.folder.cleanup)
        self.journal = pathlib.Path(self.folder.name) / "other-disk.journal"
        self.centre = c.Centre(journal=self.journal)
        self.addCleanup(self.centre.__exit__)
        self.centre.fill(publish=False)
        self.centre.serve()
        self.backup = self.centre.dir / "backup.db"

    def states(self):
        return {b["booking"]: b["state"] for b in map(json.loads, self.centre.admin(
            "bookings", "--json")[1]) if "booking" in b}

    def owing(self):
        return [k["kiosk"] for k in map(json.loads, self.centre.admin("kiosks", "--json")[1])
                if k.get("owes_report")]

    def is_sound(self):
        self.assertEqual(self.centre.admin("check")[1][-1], "0 violations")

    def restore(self, *args, check=True):
        self.centre.stop(signal.SIGKILL)
        told = self.centre.admin("restore", *args, check=check)
        if check:
            self.centre.serve()
        return told

    def refused(self, *args, says):
        code, _ = self.centre.admin("restore", *args, check=False)
        self.assertEqual(code, 1)
        self.assertIn(says, self.centre.said)

    def expect(self, reply, status, problem):
        self.assertEqual((reply[0], c.name_of(reply[1])), (status, problem), reply[1])

    def test_what_was_promised_after_the_backup_stands(self):
        one, two = Kiosk(self.centre).start("141182001"), Kiosk(self.centre).start()
        before = one.sell_own()
        self.centre.admin("backup", self.backup)
        # What the backup does not know: sales, a cancel, a walk-in number, a kiosk, its sale.
        kept = [one.sell_own()]
        one.do(one.op("cancel", booking=before, why="citizen"))
        one.do(one.op("ticket", day=20516, letter=one.letter, number=1))
        booking, sold = two.sell_pool()
        self.assertEqual(sold["outcome"], "ok", sold)
        kept.append(booking)
        three = Kiosk(self.centre).start("141182001")
        kept.append(three.sell_pool()[0])
        self.assertIn("3 kiosks must report", "\n".join(self.restore(self.backup)[1]))
        self.assertEqual(sorted(self.owing()), sorted(k.id for k in (one, two, three)))
        self.is_sound()

        # The old history is over for everybody.
        late = one.ask("POST", "/v1/d/ops", one.batch([]))
        self.expect(late, 409, "generation-changed")
        self.assertEqual(late[1]["acked"], 1)
        self.expect(one.ask("GET", one.feed_target()), 409, "generation-changed")
        # The pool sells nothing until all is known, whoever asks.
        self.assertEqual([r["outcome"] for r in two.follow()], ["ok"])
        self.assertEqual(two.sell_pool()[1]["why"], "recovering")
        self.assertEqual([r["outcome"] for r in one.follow()], ["ok"] * 3)
        self.expect(three.report(), 409, "generation-changed")
        three.hello(gen=None)
        self.expect(three.report(), 409, "op-gap")
        self.assertEqual([r["outcome"] for r in three.follow()], ["ok"])
        for kiosk in (one, two, three):
            self.assertEqual(kiosk.report()[0:2], (200, {"gen": kiosk.gen}))
            self.assertEqual(kiosk.report()[0], 200)  # told again, it changes nothing
        self.assertEqual(self.owing(), [])
        states = self.states()
        self.assertEqual(states.pop(before), "cancelled")
        self.assertEqual(states, dict.fromkeys(kept, "confirmed"))
        one.rows.clear()
        _, sold = one.sell_pool()
        self.assertEqual(sold["outcome"], "ok")
        self.assertGreater(sold["epoch"], EPOCH_STEP * int(time.mktime((2020,) + (0,) * 8)))
        self.is_sound()

    def test_one_dead_kiosk_does_not_keep_the_county_waiting(self):
        one, dead = Kiosk(self.centre).start("141182001"), Kiosk(self.centre).start()
        self.centre.admin("backup", self.backup)
        dead.sell_own()
        self.restore(self.backup)
        one.follow()
        one.report()
        self.assertEqual(self.owing(), [dead.id])
        lines = self.centre.admin("kiosks")[1]
        self.assertIn("recovering: 1 kiosks owe their report", lines[-1])
        self.centre.admin("retire", dead.id)
        self.assertEqual(self.owing(), [])
        # What nobody owns might be on a slip of the dead one.
        one.rows.clear()
        one.pull()
        self.assertEqual([a for a in one.of_kind("avail").values() if a["pool"]], [])
        self.assertEqual(one.do(one.sale("right", *[one.own_seat()[k] for k in (
            "sitting", "seat", "epoch")])[1])["outcome"], "ok")
        self.is_sound()

    def test_the_roster_and_the_kiosks_come_from_the_journal(self):
        self.centre.admin("backup", self.backup)
        late = Kiosk(self.centre).start("141182003")
        roster = (c.DEMO / "roster.csv").read_text().splitlines()
        changed = self.centre.dir / "roster.csv"
        changed.write_text("\n".join(roster[:-3]) + "\n")
        self.centre.admin("import-roster", changed)
        late.pull()
        sittings = {k: (v["counsellor"], v["state"]) for k, v in late.of_kind("sitting").items()}
        self.restore(self.backup)
        late.rows.clear()
        late.follow()
        late.report()
        late.pull()
        self.assertEqual(sittings, {k: (v["counsellor"], v["state"])
                                    for k, v in late.of_kind("sitting").items()})
        self.is_sound()

    def test_a_restore_that_cannot_be_changes_nothing(self):
        early = self.journal.read_bytes()
        one = Kiosk(self.centre).start("141182001")
        self.centre.admin("backup", self.backup)
        booking = one.sell_own()
        self.refused(self.backup, says="stop it first")
        self.centre.stop()
        done = subprocess.run([c.BUILD / "lvyue-admin", "restore", self.backup, "--data",
                               self.centre.data], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("restore needs --config FILE", done.stderr)
        other = self.centre.dir / "other.db"
        self.refused(other, says="no such file")
        other.write_bytes(b"no database at all " * 1000)
        self.refused(other, says=str(other))
        sqlite3.connect(other.with_suffix(".empty")).execute("CREATE TABLE a (b)")
        self.refused(other.with_suffix(".empty"), says="other.empty")
        with c.Centre() as foreign:
            foreign.admin("init")
            foreign.serve()
            foreign.admin("backup", foreign.dir / "foreign.db")
            foreign.stop()
            self.refused(foreign.dir / "foreign.db", says="other keys")
            shutil.copy(self.journal, self.journal.with_suffix(".kept"))
            shutil.copy(foreign.data / "journal", self.journal)
            self.refused(self.backup, says="another centre's")
            shutil.move(self.journal.with_suffix(".kept"), self.journal)
        kept = self.journal.read_bytes()
        self.journal.write_bytes(early)
        self.refused(self.backup, says="older than the database")
        self.journal.write_bytes(kept[:-200])
        self.refused(self.backup, says="the journal is damaged")
        self.journal.unlink()
        self.refused(self.backup, says="--without-journal")
        self.journal.write_bytes(kept)
        # After all of that the centre is what it was.
        self.centre.serve()
        self.assertEqual(one.hello()[1]["gen"], one.gen)
        self.assertEqual(self.states(), {booking: "confirmed"})

    def test_an_older_database_is_not_opened_and_recovers_where_it_lies(self):
        one = Kiosk(self.centre).start("141182001")
        self.centre.admin("backup", self.backup)
        booking = one.sell_own()
        self.centre.stop()
        database = self.centre.data / "centre.db"
        for tail in ("-wal", "-shm"):
            pathlib.Path(f"{database}{tail}").unlink(missing_ok=True)
        shutil.copy(self.backup, database)
        with self.assertRaises(AssertionError) as fault:
            self.centre.serve()
        self.assertIn("lvyue-admin restore", str(fault.exception))
        self.centre.stop()
        self.centre.admin("restore")
        self.centre.serve()
        one.follow()
        one.report()
        self.assertEqual(self.states(), {booking: "confirmed"})
        self.is_sound()

    def test_without_its_journal_it_sells_only_what_kiosks_own(self):
        one = Kiosk(self.centre).start("141182001")
        self.centre.admin("backup", self.backup)
        self.journal.unlink()
        lines = self.restore(self.backup, "--without-journal")[1]
        self.assertIn("stays unsold", lines[-1])
        one.follow()
        one.report()
        one.pull()
        self.assertEqual([a for a in one.of_kind("avail").values() if a["pool"]], [])
        one.sell_own()
        self.is_sound()

    def test_the_journal_is_written_before_anything_else_is_kept(self):
        self.journal.unlink()
        self.journal.mkdir()  # nothing can be put in its place
        sites = c.DEMO / "sites.csv"
        self.assertEqual(self.centre.admin("import-sites", sites, check=False)[0], 1)
        self.assertIn("the journal cannot be kept", self.centre.log_text())
        self.journal.rmdir()
        self.centre.admin("import-sites", sites)


@unittest.skipUnless(postgres.bin_dir(), "skipped: PostgreSQL is not installed")
class OnPostgres(unittest.TestCase):
    def test_what_its_own_tools_put_back_recovers_where_it_lies(self):
        cluster = postgres.Cluster().start().make()
        self.addCleanup(cluster.drop)
        with c.Centre(database=cluster.conninfo()) as centre:
            centre.fill(publish=False)
            centre.serve()
            one = Kiosk(centre).start("141182001")
            centre.admin("backup-begin")
            centre.stop()
            cluster.sql("CREATE DATABASE kept TEMPLATE lvyue", "postgres")
            centre.serve()
            centre.admin("backup-end")
            booking = one.sell_own()
            centre.stop(signal.SIGKILL)
            cluster.sql("DROP DATABASE lvyue WITH (FORCE)", "postgres")
            cluster.sql("ALTER DATABASE kept RENAME TO lvyue", "postgres")
            with self.assertRaises(AssertionError) as fault:
                centre.serve()
            self.assertIn("lvyue-admin restore", str(fault.exception))
            centre.stop()
            code, _ = centre.admin("restore", centre.dir / "any.db", check=False)
            self.assertEqual(code, 1)
            self.assertIn("PostgreSQL's own tools", centre.said)
            centre.admin("restore")
            centre.serve()
            self.assertEqual([r["outcome"] for r in one.follow()], ["ok"])
            self.assertEqual(one.report()[0], 200)
            told = map(json.loads, centre.admin("bookings", "--json")[1])
            self.assertEqual([b["booking"] for b in told if "booking" in b], [booking])
            self.assertEqual(centre.admin("check")[1][-1], "0 violations")


class Programs(unittest.TestCase):
    def test_every_slip_of_a_real_kiosk_is_at_the_centre_once(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="lvyue-restore-"))
        self.addCleanup(shutil.rmtree, folder, True)
        loop = kill_loop.Loop(c.BUILD, folder, seed=1, pushers=0, asks=1)
        self.addCleanup(loop.close)
        loop.prepare()
        self.sell(loop)
        loop.centre.admin("backup", folder / "backup.db")
        self.sell(loop)
        kill_loop.kill(loop.centre.process, loop.centre.data / "centre.db")
        loop.centre.stop()
        loop.centre.admin("restore", folder / "backup.db")
        self.sell(loop)  # its own seats it sells as ever
        loop.centre.serve()
        system.wait_for("the end of the recovery", kill_loop.SETTLE_SECONDS, lambda: not [
            line for line in loop.centre.admin("kiosks")[1] if "owes its report" in line])
        self.sell(loop)
        loop.settle()
        self.assertEqual(list(loop.judge()), [])

    def restart(self, loop, asks):
        loop.keeper.kill()
        loop.keeper.wait()
        loop.start_keeper(asks)

    def sell(self, loop):
        """Some visitors come, and go again: nobody asks meanwhile, or a backlog grows that takes its time."""
        before = len(loop.slip_lines())
        self.restart(loop, asks=1)
        system.wait_for("slips", kill_loop.SETTLE_SECONDS,
                        lambda: len(loop.slip_lines()) >= before + SLIPS)
        self.restart(loop, asks=0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
