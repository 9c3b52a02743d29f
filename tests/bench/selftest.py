#!/usr/bin/env python3
"""That the benchmarks work and see a wrong result: each figure once, small and untimed; then a centre
that lies, bookings that are gone, a seat that is sold twice."""
import asyncio
import contextlib
import os
import pathlib
import shutil
import sqlite3
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import figures
import place

SIZE = {"sites": 16, "kiosks": 400}
EFFORT = place.Effort(rounds=1, bookings=320, hot_ms=500, hot_sales=4096, reads=20000, swarm_sales=3,
                      swarm_ms=200)
REFUSED = b'"outcome":"refused"'
SOLD = b'"outcome":"ok"     '
NEWS = b'"k":"avail"'
NO_NEWS = b'"k":"other"'


class Liar:
    """Passes on what is said, but for a word of the centre's that it changes so many times."""

    def __init__(self, port, word, lie, times):
        self.to, self.word, self.lie, self.times = port, word, lie, times
        self.loop = asyncio.new_event_loop()
        self.opened = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        self.opened.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.meet, "127.0.0.1", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        self.opened.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))

    async def meet(self, reader, writer):
        there, here = await asyncio.open_connection("127.0.0.1", self.to)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(self.carry(reader, here), self.carry(there, writer, self.twist))
        here.close()
        writer.close()

    @staticmethod
    async def carry(reader, writer, twist=bytes):
        while piece := await reader.read(65536):
            writer.write(twist(piece))
            await writer.drain()
        writer.write_eof()

    def twist(self, piece):
        while self.times > 0 and self.word in piece:
            piece = piece.replace(self.word, self.lie, 1)
            self.times -= 1
        return piece


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = place.Place(pathlib.Path(os.environ["BUILD"]).resolve(), EFFORT).__enter__()
        cls.addClassCleanup(cls.here.__exit__)

    def take(self, name):
        lines = list(figures.FIGURES[name](self.here, SIZE))
        self.assertTrue(lines)
        for line in lines:
            self.assertGreater(line["value"], 0)
            self.assertIn(name, figures.text(line))

    def test_growth_is_told_with_the_second_size(self):
        first, second = figures.measure(self.here, "server.rush", (SIZE, SIZE))
        self.assertNotIn("growth", figures.text(first))
        self.assertIn("growth", figures.text(second))

    def test_the_figures_on_sqlite(self):
        for name in ("server.bookings", "server.poll", "server.swarm"):
            with self.subTest(name):
                self.take(name)

    @unittest.skipUnless(place.postgres.bin_dir(), "PostgreSQL is not installed")
    def test_the_figures_on_postgresql(self):
        for name in ("server.bookings_pg", "server.hot_seat"):
            with self.subTest(name):
                self.take(name)

    @unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
    def test_the_figure_beside_nginx(self):
        self.take("server.read")

    def tell_lies(self, word, lie, times):
        """Every server of this test is heard through a liar."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        listening = place.Server.listening
        self.addCleanup(setattr, place.Server, "listening", listening)

        def through_liar(server):
            port = listening(server)
            return port and stack.enter_context(Liar(port, word, lie, times)).port
        place.Server.listening = through_liar

    def test_a_sixth_seat_is_noticed(self):
        self.tell_lies(REFUSED, SOLD, 1)
        with self.assertRaisesRegex(place.Wrong, "five seats.*'confirmed': 6"):
            list(figures.server_rush(self.here, SIZE))

    def test_a_liar_without_a_lie_changes_nothing(self):
        self.tell_lies(REFUSED, SOLD, 0)
        self.assertEqual(len(list(figures.server_rush(self.here, SIZE))), 1)

    def test_a_kiosk_that_never_hears_is_noticed(self):
        self.tell_lies(NEWS, NO_NEWS, 1)
        with self.assertRaisesRegex(place.Wrong, "without the news"):
            list(figures.server_poll(self.here, SIZE))

    def change(self, *statements):
        """Books, then changes the database behind the centre's back."""
        with self.here.serve(SIZE) as server:
            server.tool("book", batch=16, bookings=32)
            server.expect(32)
            with contextlib.closing(sqlite3.connect(server.data / "centre.db")) as db, db:
                for statement in statements:
                    db.execute(statement)
            server.expect(32)

    def test_a_lost_booking_is_noticed(self):
        with self.assertRaisesRegex(place.Wrong, r"\(31, 32, 0\)"):
            self.change("UPDATE booking SET state = 'cancelled' WHERE id = "
                        "(SELECT max(id) FROM booking)")

    def test_a_seat_that_is_sold_twice_is_noticed(self):
        with self.assertRaisesRegex(place.Wrong, r"\(32, 32, 1\)"):
            self.change("DROP INDEX booking_live_seat",
                        "UPDATE booking SET (sitting, seat) = (SELECT sitting, seat FROM booking "
                        "ORDER BY id LIMIT 1) WHERE id = (SELECT max(id) FROM booking)")


if __name__ == "__main__":
    unittest.main()
