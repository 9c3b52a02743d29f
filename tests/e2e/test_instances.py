"""Several instances of the centre on one PostgreSQL, behind nginx, and kiosks that notice nothing."""

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "deploy")]

import centre as c
import postgres
import system

SALES = 30  # of one kiosk
NOON_MS = 1772596800000  # 2026-03-04 12:00 in UTC+8; the clock starts at 8:40
SITES = ["141182000", "141182001", "141182002", "141182003"]


class Proxy:
    """nginx with the configuration that is shipped; only what a place must change is changed."""

    def __init__(self, *ports):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="lvyue-nginx-"))
        self.port = system.free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=lvyue",
                        "-keyout", self.dir / "key", "-out", self.dir / "crt"], check=True,
                       capture_output=True)
        text = (c.ROOT / "deploy" / "nginx" / "lvyue.conf").read_text()
        for old, new in (("listen 443", f"listen 127.0.0.1:{self.port}"),
                         ("/etc/nginx/lvyue.crt", str(self.dir / "crt")),
                         ("/etc/nginx/lvyue.key", str(self.dir / "key")),
                         ("127.0.0.1:8470", f"127.0.0.1:{ports[0]}"),
                         ("127.0.0.1:8471", f"127.0.0.1:{ports[-1]}")):
            assert old in text, old
            text = text.replace(old, new)
        temp = " ".join(f"{kind}_temp_path {self.dir}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.dir / "nginx.conf").write_text(
            f"daemon off; pid {self.dir}/pid; error_log {self.dir}/error.log;\n"
            + ("user root;\n" if os.getuid() == 0 else "")
            + f"events {{}}\nhttp {{ access_log off; {temp}\n{text}}}\n")
        self.process = subprocess.Popen(["nginx", "-e", self.dir / "error.log", "-p", self.dir, "-c",
                                         self.dir / "nginx.conf"])
        system.wait_for("nginx", c.WAIT_S, self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.dir / "error.log").read_text())
        try:
            return self.ask_once("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def ask(self, *args):
        """Again and again until it is answered, as a kiosk does."""
        for _ in range(400):
            try:
                reply = self.ask_once(*args)
                if reply[0] != 429 and reply[0] < 500:
                    return reply
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        raise AssertionError("never answered")

    def ask_once(self, method, target, body=None, fields=None, timeout=c.WAIT_S):
        context = ssl.create_default_context(cafile=self.dir / "crt")
        context.check_hostname = False
        link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)
        try:
            link.request(method, target, body, fields or {})
            reply = link.getresponse()
            data = reply.read()
            is_json = "json" in reply.headers.get("Content-Type", "") and data
            return reply.status, json.loads(data) if is_json else data, reply.headers
        finally:
            link.close()

    def close(self):
        self.process.terminate()
        self.process.wait(c.WAIT_S)
        shutil.rmtree(self.dir)


def twin_of(first):
    """A second instance: its own folder with the keys and the content of the first."""
    twin = c.Centre(database=first.database)
    twin.config.write_text(c.re.sub(r"data = .*", f"data = {twin.data}", first.config.read_text()))
    twin.data.mkdir()
    for name in ("keys", "content"):
        shutil.copytree(first.data / name, twin.data / name)
    twin.admin("init")
    return twin


def sale(kiosk):
    """The first free seat of a pool, as the feed tells it."""
    for avail in kiosk.of_kind("avail").values():
        free = [n for n in range(1, 51) if avail["pool"] >> (n - 1) & 1]
        start_ms = kiosk.rows["c", "sitting", avail["sitting"]]["start_ms"]
        if free and NOON_MS < start_ms < NOON_MS + 12 * 86400000:
            return kiosk.sale("pool", avail["sitting"], free[0], phone="")[1]
    raise AssertionError("nothing is free")


class OnPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = postgres.Cluster()
        cls.addClassCleanup(cls.cluster.drop)
        cls.cluster.start()


class Instances(OnPostgres):
    def pair(self):
        name = "pair_" + self.id().rsplit(".", 1)[1][:40].lower()
        self.cluster.make(name)
        first = c.Centre(database=self.cluster.conninfo(name))
        first.database = self.cluster.conninfo(name)
        self.addCleanup(first.__exit__)
        first.fill()
        twin = twin_of(first)
        self.addCleanup(twin.__exit__)
        first.serve()
        twin.serve()
        self.name = name
        return first, twin

    def test_what_one_commits_the_others_waiting_kiosks_hear_soon(self):
        first, twin = self.pair()
        near, far = c.Kiosk(first).start(), c.Kiosk(twin)
        far.start()
        near.pull()
        far.pull()
        booking = sale(near)
        heard = []
        wait = threading.Thread(target=lambda: heard.append(far.pull(wait=20)))
        wait.start()
        began = time.monotonic()
        self.assertEqual(near.push(booking)[0], 200)
        wait.join(c.WAIT_S)
        self.assertTrue(heard and heard[0]["rows"])
        self.assertLess(time.monotonic() - began, 5)

    def test_an_instance_killed_in_the_middle_loses_nothing_and_does_nothing_twice(self):
        first, twin = self.pair()
        proxy = Proxy(first.port, twin.port)
        self.addCleanup(proxy.close)
        proxy.admin = first.admin
        kiosks = [c.Kiosk(proxy).start(site) for site in SITES]
        sold, problems = [], []
        half = threading.Barrier(len(kiosks) + 1, timeout=60)

        def work(kiosk):
            try:
                for turn in range(SALES):
                    if turn == SALES // 3:
                        half.wait()
                    kiosk.pull()
                    told = kiosk.push(sale(kiosk))[1]
                    sold.extend(r for r in told["results"] if r["outcome"] == "ok")
            except Exception as error:
                problems.append(repr(error))
                half.abort()

        threads = [threading.Thread(target=work, args=(kiosk,)) for kiosk in kiosks]
        for thread in threads:
            thread.start()
        half.wait()
        first.stop(signal.SIGKILL)
        for thread in threads:
            thread.join(120)
        self.assertEqual(problems, [])
        first.serve()
        self.assertEqual(first.admin("check")[1], ["0 violations"])
        for kiosk in kiosks:
            self.assertEqual((kiosk.op_seq, kiosk.hello()[1]["acked"]), (SALES, SALES))
        self.assertGreater(len(sold), SALES)
        count = self.cluster.sql("SELECT count(*), count(DISTINCT (source_inc, source_op)) "
                                 "FROM booking WHERE state = 'confirmed'", self.name)
        self.assertEqual(count, f"{len(sold)}|{len(sold)}")

    def test_every_command_works_at_any_instance(self):
        first, twin = self.pair()
        twin.stop()
        for centre in (first, twin):  # one runs, the other's database is opened by the command
            self.assertEqual(centre.admin("check")[1], ["0 violations"])
            self.assertEqual(centre.admin("import-roster", c.DEMO / "roster.csv")[1],
                             ["32 imported, 0 refused"])
            code, lines = centre.admin("backup", "/tmp/never", check=False)
            self.assertEqual((code, lines), (1, ["PostgreSQL's own tools copy it, between "
                                                 "backup-begin and backup-end"]))
            centre.admin("publish")
        kiosk = c.Kiosk(first).start()
        kiosk.push(kiosk.op("telepathy"))
        first.admin("backup-begin")
        kiosk.push(kiosk.op("telepathy"))
        first.admin("backup-end")
        self.assertEqual(kiosk.hello()[1]["safe"], 1)

    def test_a_night_comes_once_for_all(self):
        first, twin = self.pair()
        for centre in (first, twin):
            system.wait_for("the night", c.WAIT_S, lambda: self.cluster.sql(
                "SELECT value FROM server_meta WHERE name = 'nightly_day'", self.name) != "0")
            centre.ask("GET", "/readyz")
        done = [centre.log_text().count("nightly run done") for centre in (first, twin)]
        self.assertEqual(sum(done), 1)

    def turn_in(self, centre):
        return int((centre.data / "generation").read_text().split()[1])

    def test_every_folder_learns_of_a_turn_and_an_older_copy_ends_the_server(self):
        first, twin = self.pair()
        self.assertEqual(self.turn_in(twin), 2)
        first.admin("backup-begin")
        first.admin("backup-end")
        self.assertEqual(self.turn_in(first), 3)
        system.wait_for("the turn", c.WAIT_S, lambda: self.turn_in(twin) == 3)
        self.cluster.sql("UPDATE server_meta SET value = '2' WHERE name = 'turn'", self.name)
        for centre in (first, twin):
            self.assertEqual(centre.process.wait(c.WAIT_S), 1)
            self.assertIn("put back to an older copy", centre.log_text())
            with self.assertRaisesRegex(AssertionError, "older than what kiosks have seen"):
                centre.serve()

    def test_a_folder_with_other_keys_does_not_join(self):
        first, _ = self.pair()
        stranger = c.Centre(database=first.database)
        self.addCleanup(stranger.__exit__)
        self.assertEqual(stranger.admin("init", check=False)[0], 1)
        self.assertIn("other keys", stranger.said)
        with self.assertRaisesRegex(AssertionError, "cannot be read"):
            stranger.serve()

    def test_a_folder_without_its_database_is_not_given_a_new_one(self):
        first, _ = self.pair()
        first.stop()
        done = subprocess.run([c.BUILD / "lvyue-admin", "check", "--data", first.data],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("name it: database = ", done.stderr)
        self.assertFalse((first.data / "centre.db").exists())

    def test_a_server_that_goes_away_and_comes_back_is_found_again(self):
        first, _ = self.pair()
        kiosk = c.Kiosk(first).start()
        self.cluster.stop()
        self.assertEqual(first.ask("GET", "/readyz")[0], 503)
        self.cluster.start()
        self.assertEqual(first.ask("GET", "/readyz")[0], 200)
        kiosk.pull()
        self.assertEqual(kiosk.push(sale(kiosk))[0], 200)


class Move(OnPostgres):
    def setUp(self):
        self.name = "move_" + self.id().rsplit(".", 1)[1][5:30]
        self.cluster.make(self.name)
        self.to = self.cluster.conninfo(self.name)
        self.centre = c.Centre()
        self.addCleanup(self.centre.__exit__)
        self.centre.fill()

    def go_over(self):
        text = self.centre.config.read_text()
        self.centre.config.write_text(text.replace("port = 0", f"port = 0\ndatabase = {self.to}"))

    def refused(self, why, to=None):
        code, _ = self.centre.admin("move", "--to", to or self.to, check=False)
        self.assertEqual(code, 1)
        self.assertIn(why, self.centre.said)

    def test_a_kiosk_goes_on_as_if_nothing_had_been(self):
        self.centre.serve()
        kiosk = c.Kiosk(self.centre).start()
        kiosk.pull()
        for _ in range(5):
            self.assertEqual(kiosk.push(sale(kiosk))[1]["results"][0]["outcome"], "ok")
            kiosk.pull()
        late = sale(kiosk)
        before, gen = self.centre.admin("bookings")[1], kiosk.gen
        self.refused("stop it first")
        self.centre.stop()
        lines = self.centre.admin("move", "--to", self.to)[1]
        self.assertRegex("\n".join(lines), r"\d+ tables, \d+ rows moved")
        self.assertIn("           5  booking", lines)

        self.assertFalse((self.centre.data / "centre.db").exists())
        with self.assertRaisesRegex(AssertionError, "centre.db is missing"):
            self.centre.serve()
        kept = self.centre.data / "centre.db.moved"
        shutil.copyfile(kept, self.centre.data / "centre.db")
        with self.assertRaisesRegex(AssertionError, "older than what kiosks have seen"):
            self.centre.serve()

        self.go_over()
        self.centre.serve()
        self.assertEqual(self.centre.admin("bookings")[1], before)
        self.assertEqual(kiosk.push(late)[1]["results"][0]["outcome"], "ok")
        kiosk.pull()
        self.assertEqual((kiosk.hello()[1]["acked"], kiosk.gen), (6, gen))
        self.assertEqual(kiosk.push(sale(kiosk))[1]["results"][0]["outcome"], "ok")
        self.assertEqual(self.centre.admin("check")[1], ["0 violations"])
        self.assertEqual(len(self.centre.admin("bookings")[1]), len(before) + 2)

    def test_what_cannot_be_moved_stays_where_it_is(self):
        self.cluster.sql("CREATE TABLE site (code TEXT)", self.name)
        self.refused("relation")
        self.cluster.make(self.name + "2")
        self.to = self.cluster.conninfo(self.name + "2")
        other = c.Centre(database=self.to)
        self.addCleanup(other.__exit__)
        other.admin("init")
        self.refused("holds data already")
        self.refused("not a conninfo", to="elsewhere")
        self.refused("failed", to="host=/nowhere")
        self.centre.serve()
        self.assertEqual(self.centre.admin("check")[1], ["0 violations"])


class Failover(unittest.TestCase):
    def setUp(self):
        self.primary = postgres.Cluster(settings=[])
        self.addCleanup(self.primary.drop)
        self.primary.start().make()
        self.standby = postgres.Cluster(settings=[], source=self.primary, name="b")
        self.addCleanup(self.standby.drop)
        self.standby.start()
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (b)'")
        self.primary.sql("SELECT pg_reload_conf()")
        system.wait_for("the standby", c.WAIT_S, lambda: self.primary.sql(
            "SELECT sync_state FROM pg_stat_replication") == "sync")

    def test_what_was_answered_is_there_and_what_was_not_is_done_once(self):
        hosts = f"host={self.primary.dir},{self.standby.dir}"
        centre = c.Centre(database=f"{hosts} user={postgres.USER} dbname=lvyue")
        self.addCleanup(centre.__exit__)
        centre.fill()
        centre.serve()
        kiosk = c.Kiosk(centre).start()
        for _ in range(5):
            kiosk.pull()
            self.assertEqual(kiosk.push(sale(kiosk))[1]["results"][0]["outcome"], "ok")
        kiosk.pull()

        # The standby hears nothing more, so what is sold now must not be answered.
        receiver = int(self.standby.sql("SELECT pid FROM pg_stat_wal_receiver"))
        os.kill(receiver, signal.SIGSTOP)
        late, answers = sale(kiosk), []

        def push():
            try:
                answers.append(kiosk.push(late)[0])
            except OSError as error:
                answers.append(error)

        asking = threading.Thread(target=push)
        asking.start()
        system.wait_for("the commit", c.WAIT_S, lambda: self.primary.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1")
        self.assertEqual(answers, [])

        self.primary.kill()
        os.kill(receiver, signal.SIGKILL)  # with what lay in its socket
        asking.join(c.WAIT_S)
        self.assertNotEqual(answers, [200])
        system.wait_for("the standby", c.WAIT_S, self.standby.answers)
        self.standby.promote()
        system.wait_for("the centre", c.WAIT_S, lambda: centre.ask("GET", "/readyz")[0] == 200)

        self.assertEqual(kiosk.hello()[0], 200)
        self.assertEqual(kiosk.push(late)[1]["results"][0]["outcome"], "ok")
        kiosk.pull()
        self.assertEqual(kiosk.push(sale(kiosk))[1]["results"][0]["outcome"], "ok")
        self.assertEqual(self.standby.sql("SELECT count(*) FROM booking WHERE state = 'confirmed'"),
                         "7")
        self.assertEqual(kiosk.hello()[1]["acked"], 7)
        self.assertEqual(centre.admin("check")[1], ["0 violations"])


if __name__ == "__main__":
    if not postgres.bin_dir():
        print("skipped: PostgreSQL is not installed (deploy/install-packages test)")
        sys.exit(postgres.SKIP)
    unittest.main()
