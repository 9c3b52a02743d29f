"""The real server, from outside: a kiosk's whole day, and what must be refused."""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import centre as c


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = c.Centre()
        cls.addClassCleanup(cls.centre.__exit__)
        cls.centre.fill()
        cls.centre.serve()
        cls.kiosk = c.Kiosk(cls.centre).start()
        cls.kiosk.pull()

    @classmethod
    def tearDownClass(cls):
        code, _ = cls.centre.stop()
        assert code == 0, cls.centre.log_text()

    def expect(self, reply, status, problem):
        self.assertEqual((reply[0], c.name_of(reply[1])), (status, problem), reply[1])
        self.assertEqual(reply[2]["Cache-Control"], "no-store")

    def fresh(self, site="141182001"):
        kiosk = c.Kiosk(self.centre).start(site)
        kiosk.pull()
        return kiosk

    def a_right(self, kiosk):
        """A free seat of the kiosk's own, whose time is not over."""
        rights = kiosk.of_kind("right")
        sittings = kiosk.of_kind("sitting")
        for key, right in rights.items():
            if right.get("booking") or right["sitting"] not in sittings:
                continue
            if sittings[right["sitting"]]["start_ms"] > self.now_ms() + 600000:
                del kiosk.rows["d", "right", key]
                return right
        self.fail(f"no right among {len(rights)}")

    def now_ms(self):
        return self.kiosk.hello()[1]["now_ms"]


class Day(Running):
    def test_a_new_kiosk_hears_the_county_and_gets_seats(self):
        kiosk = self.kiosk
        self.assertEqual(kiosk.letter, "A")
        self.assertEqual(len(kiosk.of_kind("site")), 15)
        self.assertEqual(len(kiosk.of_kind("workday")), 39)
        self.assertEqual(len(kiosk.of_kind("release")), 1)
        self.assertEqual(len(kiosk.of_kind("pin_key")), 1)
        self.assertGreater(len(kiosk.of_kind("sitting")), 30)
        self.assertGreater(len(kiosk.of_kind("right")), 5)

    def test_a_booking_on_a_right_is_kept_and_a_doubled_batch_gets_the_same_answer(self):
        kiosk = self.fresh()
        right = self.a_right(kiosk)
        booking, op = kiosk.sale("right", right["sitting"], right["seat"], right["epoch"],
                                 phone="13800000011", addr="欧阳女士", topic="marriage")
        status, told = kiosk.push(op)
        self.assertEqual((status, told["results"][0]["outcome"]), (200, "ok"), told)
        again = kiosk.ask("POST", "/v1/d/ops", kiosk.batch([op]))
        self.assertEqual(again[1]["results"], told["results"])
        self.assertEqual(again[1]["acked_hash"], kiosk.op_hash.hex())
        page = kiosk.pull()
        self.assertEqual(kiosk.of_kind("bk")[booking]["state"], "confirmed")
        self.assertEqual(page["applied"], 1)
        rows = [json.loads(line) for line in
                self.centre.admin("bookings", "--site", "141182001", "--json")[1]]
        row = next(row for row in rows if row.get("booking") == booking)
        self.assertEqual((row["name"], row["phone"], row["topic"]),
                         ("欧阳*", "138****0011", "marriage"))

    def test_the_last_pool_seat_is_sold_once(self):
        one, two = self.fresh("141182002"), self.fresh("141182003")
        avail = one.of_kind("avail")
        sittings = one.of_kind("sitting")
        now_ms = self.now_ms()
        sitting = next(key for key, a in avail.items() if a["pool"]
                       and 1 < (sittings[key]["start_ms"] - now_ms) / 86400000 < 12)
        mask = avail[sitting]["pool"]
        seat = (mask & -mask).bit_length()
        outcomes = []
        for n, kiosk in enumerate((one, two)):
            _, op = kiosk.sale("pool", sitting, seat, phone=f"1390000002{n}")
            outcomes.append(kiosk.push(op)[1]["results"][0])
        self.assertEqual(outcomes[0]["outcome"], "ok")
        self.assertEqual((outcomes[1]["outcome"], outcomes[1]["why"]), ("refused", "slot-full"))

    def test_a_third_booking_of_one_phone_is_refused_from_the_pool_and_kept_on_a_right(self):
        kiosk = self.fresh("141182100")
        for topic, outcome in (("work", "ok"), ("money", "ok"), ("land", "ok+warn")):
            right = self.a_right(kiosk)
            _, op = kiosk.sale("right", right["sitting"], right["seat"], right["epoch"],
                               phone="13800000033", topic=topic)
            result = kiosk.push(op)[1]["results"][0]
            self.assertEqual(result["outcome"], outcome, result)
        self.assertEqual(result["why"], "limit-reached")

    def test_a_box_that_speaks_of_another_booking_never_costs_the_visitor_a_seat(self):
        kiosk = self.fresh("141182101")
        right = self.a_right(kiosk)
        booking, op = kiosk.sale("right", right["sitting"], right["seat"], right["epoch"],
                                 inc="0" * 31 + "1")
        self.assertEqual(kiosk.push(op)[1]["results"][0]["outcome"], "ok")
        rows = [json.loads(line) for line in self.centre.admin("bookings", "--json")[1]]
        row = next(row for row in rows if row.get("booking") == booking)
        self.assertEqual((row["name"], row["phone"]), ("", ""))
        self.assertIn("cannot be read", self.centre.log_text())

    def test_a_kind_of_tomorrow_is_answered_and_does_not_stop_the_log(self):
        kiosk = self.fresh("141182102")
        ops = [kiosk.op("telepathy", what="x"),
               kiosk.op("ticket", day=20516, letter=kiosk.letter, number=1)]
        status, told = kiosk.push(*ops)
        self.assertEqual([(r["outcome"], r.get("why")) for r in told["results"]],
                         [("refused", "unknown-kind"), ("ok", None)], told)

    def test_a_display_gets_no_letter_and_no_seats(self):
        display = c.Kiosk(self.centre)
        display.enrol("141182108", "display")
        status, told, _ = display.hello()
        self.assertEqual((status, told["letter"]), (200, ""))
        display.pull()
        self.assertEqual(display.of_kind("right"), {})

    def test_a_cancel_frees_the_seat_for_its_owner(self):
        kiosk = self.fresh("141182103")
        right = self.a_right(kiosk)
        booking, op = kiosk.sale("right", right["sitting"], right["seat"], right["epoch"])
        kiosk.push(op)
        status, told = kiosk.push(kiosk.op("cancel", booking=booking, why="citizen"))
        self.assertEqual((status, told["results"][0]["outcome"]), (200, "ok"))
        kiosk.pull()
        self.assertEqual(self.centre.admin("check")[1][-1], "0 violations")


class Polls(Running):
    def hang(self, kiosk, wait=30):
        """A poll that waits, in a thread; `replies` gets its answer and the time."""
        replies = []

        def run():
            replies.append((kiosk.ask("GET", kiosk.feed_target(wait)), time.monotonic()))
        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.3)
        self.assertFalse(replies, "the poll did not wait")
        return thread, replies

    def test_news_wake_a_waiting_poll_at_once(self):
        other, kiosk = self.fresh("141182104"), self.fresh("141182104")
        thread, replies = self.hang(kiosk)
        right = self.a_right(other)
        booking, op = other.sale("right", right["sitting"], right["seat"], right["epoch"])
        other.push(op)
        answered = time.monotonic()
        thread.join(10)
        self.assertLess(replies[0][1] - answered, 0.5)
        kiosk.take(replies[0][0][1])
        self.assertIn(booking, kiosk.of_kind("bk"))

    def test_a_poll_without_news_ends_by_time_and_a_newer_one_ends_the_older(self):
        kiosk = self.fresh("141182105")
        kiosk.pull()
        began = time.monotonic()
        status, page, _ = kiosk.ask("GET", kiosk.feed_target(1))
        self.assertEqual((status, page["rows"], page["to"]), (200, [], kiosk.pos))
        self.assertGreater(time.monotonic() - began, 0.9)
        thread, replies = self.hang(kiosk)
        kiosk.ask("GET", kiosk.feed_target(1))
        thread.join(2)
        self.assertEqual(replies[0][0][1]["rows"], [])


class Refusals(Running):
    def test_signatures_that_do_not_hold(self):
        kiosk = self.kiosk
        target = kiosk.feed_target()
        good = kiosk.fields("GET", target, b"")
        stranger = c.Kiosk(self.centre)
        stranger.id = "f" * 32
        rows = [
            ("unsigned", lambda: self.centre.ask("GET", target), "bad-signature"),
            ("no digest", lambda: kiosk.ask("GET", target, Content_Digest=None), "bad-signature"),
            ("other digest", lambda: kiosk.ask("GET", target, Content_Digest=c.Kiosk.fields(
                kiosk, "GET", target, b"x")["Content-Digest"]), "bad-signature"),
            ("other inc", lambda: kiosk.ask("GET", target, X_Kiosk_Inc="0" * 32),
             "bad-signature"),
            ("other path", lambda: self.centre.ask("GET", target + "1", None, good),
             "bad-signature"),
            ("other label", lambda: kiosk.ask("GET", target,
                                              Signature=good["Signature"].replace("k=", "j=")),
             "bad-signature"),
            ("fewer components", lambda: kiosk.ask("GET", target, Signature_Input=good[
                "Signature-Input"].replace(' "x-kiosk-inc"', "")), "bad-signature"),
            ("other body", lambda: self.centre.ask("POST", "/v1/d/ops", b"[]", kiosk.fields(
                "POST", "/v1/d/ops", b"{}")), "bad-signature"),
            ("a stranger", lambda: stranger.ask("GET", target), "unknown-device"),
        ]
        for what, ask, problem in rows:
            with self.subTest(what):
                self.expect(ask(), 401, problem)

    def raw(self, text):
        with socket.create_connection(("127.0.0.1", self.centre.port), 10) as link:
            link.sendall(text)
            answer = b""
            while piece := link.recv(65536):
                answer += piece
            return answer.decode()

    def test_a_second_signature_is_refused(self):
        kiosk = self.kiosk
        fields = kiosk.fields("GET", kiosk.feed_target(), b"")
        head = f"GET {kiosk.feed_target()} HTTP/1.1\r\nHost: 127.0.0.1:{self.centre.port}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        once = self.raw((head + "Connection: close\r\n\r\n").encode())
        self.assertIn(" 200 ", once.splitlines()[0])
        twice = self.raw((head + f"Signature: {fields['Signature']}\r\nConnection: close\r\n\r\n")
                         .encode())
        self.assertIn(" 401 ", twice.splitlines()[0])

    def test_a_clock_off_by_years_is_accepted_and_logged(self):
        kiosk = self.fresh("141182106")
        kiosk.created = 1000000000
        self.assertEqual(kiosk.hello()[0], 200)
        self.assertIn(f"kiosk {kiosk.id}: its clock is off", self.centre.log_text())

    def test_bodies_that_are_not_of_the_agreed_form(self):
        kiosk = self.kiosk
        good = kiosk.batch([])
        rows = [
            (b"{", 400, "malformed-json"),
            (b'{"a":1,"a":2}', 400, "malformed-json"),
            (b"\xff", 400, "malformed-json"),
            (b"[]", 400, "schema-violation"),
            (b"{}", 400, "schema-violation"),
            (good | {"gen": 1}, 400, "schema-violation"),
            (good | {"prev": "x"}, 400, "schema-violation"),
            (good | {"from": -1}, 400, "schema-violation"),
            (good | {"from": 1, "ops": [{}]}, 400, "schema-violation"),
            (good | {"ops": ["x"] * 65}, 413, "body-too-large"),
            (b" " * 262145, 413, "body-too-large"),
        ]
        for body, status, problem in rows:
            with self.subTest(str(body)[:60]):
                time.sleep(0.2)  # within the kiosk's rate
                self.expect(kiosk.ask("POST", "/v1/d/ops", body), status, problem)

    def test_positions_the_centre_does_not_know(self):
        kiosk = self.fresh("141182107")
        first, second = kiosk.op("telepathy"), kiosk.op("telepathy")
        reply = kiosk.ask("POST", "/v1/d/ops", kiosk.batch([second]))
        self.expect(reply, 409, "op-gap")
        self.assertEqual(reply[1]["acked"], 0)
        reply = kiosk.ask("POST", "/v1/d/ops", kiosk.batch([first], gen="0" * 31 + "1"))
        self.expect(reply, 409, "generation-changed")
        self.assertEqual((reply[1]["gen"], reply[1]["acked"]), (kiosk.gen, 0))
        ahead = kiosk.feed_target().replace(f"c={kiosk.pos['c']}", "c=999999")
        self.expect(kiosk.ask("GET", ahead), 409, "cursor-ahead")
        self.expect(kiosk.ask("GET", ahead.replace(kiosk.gen, "0" * 31 + "1")), 409,
                    "generation-changed")
        for target in ("/v1/d/feed", kiosk.feed_target().replace("d=", "d=x")):
            self.expect(kiosk.ask("GET", target), 400, "schema-violation")

    def test_a_copied_file_is_noticed_and_retired(self):
        for where in ("same number", "later number"):
            kiosk = self.fresh("141182108")
            kiosk.push(kiosk.op("telepathy"))
            kiosk.op_seq -= 1 if where == "same number" else 0
            kiosk.op_hash = b"x" * 32 if where == "later number" else bytes(32)
            other = kiosk.op("telepathy", other=1)
            self.expect(kiosk.ask("POST", "/v1/d/ops", kiosk.batch([other])), 409, "op-fork")
            self.expect(kiosk.ask("POST", "/v1/d/ops", kiosk.batch([other])), 403,
                        "incarnation-retired")

    def test_a_new_life_retires_the_old_one(self):
        kiosk = self.fresh("141182109")
        old = kiosk.inc
        kiosk.inc = "0" * 31 + "7"
        self.expect(kiosk.ask("GET", kiosk.feed_target()), 403, "incarnation-retired")
        kiosk.pos = {"c": 0, "s": 0, "d": 0}
        self.assertEqual(kiosk.hello()[0], 200)
        kiosk.pull()
        kiosk.inc = old
        self.expect(kiosk.hello(), 403, "incarnation-retired")

    def test_a_written_off_kiosk_is_refused(self):
        kiosk = self.fresh("141182110")
        self.centre.admin("retire", kiosk.id)
        self.expect(kiosk.ask("GET", kiosk.feed_target()), 403, "device-revoked")
        self.assertEqual(self.centre.admin("retire", "0" * 31 + "1", check=False)[0], 1)

    def test_a_flood_is_slowed_down_and_others_are_not(self):
        kiosk = self.fresh("141182110")
        replies = [kiosk.ask("GET", kiosk.feed_target()) for _ in range(40)]
        statuses = [reply[0] for reply in replies]
        self.assertIn(200, statuses)
        self.expect(next(r for r in replies if r[0] == 429), 429, "rate-limited")
        self.assertGreaterEqual(int(next(r for r in replies if r[0] == 429)[2]["Retry-After"]), 1)
        self.assertEqual(self.kiosk.hello()[0], 200)

    def test_paths_and_methods(self):
        rows = [("GET", "/", 404), ("GET", "/v1/s/bookings", 404), ("POST", "/healthz", 405),
                ("GET", "/v1/enrol", 405), ("POST", "/v1/a/check", 403), ("GET", "/healthz", 200),
                ("GET", "/readyz", 200), ("GET", "/v1/c/../keys/data.key", 400),
                ("GET", "/v1/c/keys", 404), ("GET", "/v1/c/lock", 404),
                ("GET", "/v1/c/stock.json", 404), ("GET", "/v1/c/b/00", 404),
                ("GET", "/v1/c/b/" + "0" * 64, 404), ("GET", "/v1/c/root.0.json", 404)]
        for method, target, status in rows:
            with self.subTest(target):
                self.assertEqual(self.centre.ask(method, target)[0], status)

    def test_a_code_nobody_shows_enrols_nothing(self):
        code, lines = self.centre.admin("enrol", "BCDF-GHJK", c.HALL, check=False)
        self.assertEqual(code, 1)
        self.assertIn("no kiosk shows this code", lines[0])


class Content(Running):
    def test_a_release_is_found_step_by_step_and_never_changes(self):
        ask = self.centre.ask
        status, now, fields = ask("GET", "/v1/c/timestamp.json")
        self.assertEqual((status, fields["Cache-Control"]), (200, "no-cache"))
        manifest = now["manifest"]["sha256"]
        status, listed, fields = ask("GET", f"/v1/c/m/{manifest}.json")
        self.assertEqual((status, fields["ETag"]), (200, f'"{manifest}"'))
        self.assertIn("immutable", fields["Cache-Control"])
        blob = listed["files"][0]
        target = f"/v1/c/b/{blob['sha256']}"
        status, whole, fields = ask("GET", target)
        self.assertEqual((status, len(whole)), (200, blob["size"]))
        rows = [({"Range": "bytes=0-9"}, 206, whole[:10]),
                ({"Range": "bytes=10-"}, 206, whole[10:]),
                ({"Range": "bytes=-7"}, 206, whole[-7:]),
                ({"Range": "bytes=5-4"}, 200, whole),
                ({"Range": "lines=1-2"}, 200, whole),
                ({"Range": f"bytes={len(whole)}-"}, 416, b""),
                ({"Range": "bytes=0-9", "If-Range": '"x"'}, 200, whole),
                ({"Range": "bytes=0-9", "If-Range": fields["ETag"]}, 206, whole[:10]),
                ({"If-None-Match": fields["ETag"]}, 304, b"")]
        for sent, status, body in rows:
            with self.subTest(sent):
                self.assertEqual(ask("GET", target, None, sent)[:2], (status, body))
        none = "0" * 64
        for kind in ("manifest", "files"):
            self.assertEqual(ask("GET", f"/v1/c/u/{none}-{manifest}.{kind}")[0], 200)
        self.assertEqual(ask("GET", f"/v1/c/u/{manifest}-{none}.files")[0], 404)

    def test_a_second_publication_changes_nothing(self):
        before = self.centre.ask("GET", "/v1/c/timestamp.json")[1]
        said = self.centre.admin("publish", "--articles", c.ROOT / "assets" / "content")[1]
        self.assertEqual(said, ["release 1 is in force"])
        self.assertEqual(self.centre.ask("GET", "/v1/c/timestamp.json")[1], before)


LAW = "# 某法\n2021年1月1日 通过\n<!-- INFO END -->\n第一条 {}\n"


class Releases(unittest.TestCase):
    def test_laws_wait_for_a_release_and_one_that_is_wrong_is_named_and_left_out(self):
        with c.Centre() as centre:
            centre.admin("init")
            laws = centre.dir / "laws" / "民法商法"
            laws.mkdir(parents=True)
            (laws / "good(2021-01-01).md").write_text(LAW.format("甲"))
            (laws / "bad(2021-01-01).md").write_text("# 某法\n第一条 甲\n")
            code, lines = centre.admin("import-laws", centre.dir / "laws", check=False)
            self.assertEqual((code, lines[-1]), (1, "1 imported, 1 refused"))
            self.assertIn("民法商法/bad(2021-01-01).md:", lines[0])
            (laws / "bad(2021-01-01).md").unlink()
            for _ in range(2):
                self.assertEqual(centre.admin("import-laws", centre.dir / "laws")[1],
                                 ["1 articles", "1 imported, 0 refused"])
                self.assertEqual(centre.admin("publish")[1], ["release 1 is in force"])
            (laws / "good(2021-01-01).md").write_text(LAW.format("乙"))
            centre.admin("import-laws", centre.dir / "laws")
            self.assertEqual(centre.admin("publish")[1], ["release 2 is in force"])
            manifests = [path for path in (centre.data / "content" / "m").glob("*.json")]
            self.assertEqual(len(manifests), 2)
            frames = sorted(path.name for path in (centre.data / "content" / "u").iterdir())
            self.assertEqual(len([name for name in frames if name.startswith("0" * 64)]), 4)
            self.assertEqual(len(frames), 6)

    def test_an_article_that_is_wrong_stops_the_release(self):
        with c.Centre() as centre:
            centre.admin("init")
            articles = centre.dir / "articles"
            articles.mkdir()
            (articles / "a.md").write_text("# 甲\n\n文字\n")
            (articles / "b.md").write_text("# 乙\n\n![图](x.png)\n")
            code, lines = centre.admin("publish", "--articles", articles, check=False)
            self.assertEqual(code, 1)
            self.assertRegex(lines[0], "^b.md:.*pictures are not allowed")
            self.assertFalse((centre.data / "content" / "timestamp.json").exists())

    def test_the_public_keys_verify_with_minisign(self):
        if not c.shutil.which("minisign"):
            self.skipTest("minisign is not here")
        with c.Centre() as centre:
            centre.fill()
            lines = centre.admin("keys")[1]
            key = lines[lines.index("timestamp") + 2]
            content = centre.data / "content"
            signature = next(content.glob("timestamp.json.*.minisig"))
            c.subprocess.run(["minisign", "-V", "-P", key, "-x", signature, "-m",
                              content / "timestamp.json"], check=True, capture_output=True)


if __name__ == "__main__":
    unittest.main()
