"""The checker of histories, held against histories that are wrong on purpose."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check

SEAT = ("morning", 3)
OK, FULL = ("ok", None), ("refused", "slot-full")


def book(booking, began, ended=None, answer=OK, **more):
    call = check.Call("k1", int(began * 10), "book", SEAT, booking, began, **more)
    if ended is not None:
        call.ended, call.answers = ended, [answer]
    return call


def cancel(booking, began, ended=None):
    call = book(booking, began, ended)
    call.kind = "cancel"
    return call


class SeatTest(unittest.TestCase):
    def holds(self, *calls, leased=()):
        return not list(check.seats(calls, leased))

    def test_a_seat_is_sold_freed_and_sold_again(self):
        self.assertTrue(self.holds(book("a", 1, 2), cancel("a", 3, 4), book("b", 5, 6)))

    def test_a_double_sale_is_seen(self):
        self.assertFalse(self.holds(book("a", 1, 2), book("b", 3, 4)))
        self.assertFalse(self.holds(book("a", 1, 9), book("b", 1, 9)))

    def test_a_sale_before_the_seat_was_free_is_seen(self):
        self.assertFalse(self.holds(book("a", 1, 2), book("b", 3, 4), cancel("a", 5, 6)))
        self.assertTrue(self.holds(book("a", 1, 2), book("b", 3, 6), cancel("a", 5, 7)))

    def test_a_refusal_needs_somebody_in_the_seat(self):
        self.assertFalse(self.holds(book("a", 1, 2, FULL)))
        self.assertTrue(self.holds(book("a", 1, 4, FULL), book("b", 2, 3)))
        self.assertFalse(self.holds(book("b", 1, 2), cancel("b", 3, 4), book("a", 5, 6, FULL)))
        self.assertTrue(self.holds(book("a", 1, 2, FULL), leased={SEAT}))

    def test_an_unknown_outcome_may_have_happened_or_not(self):
        self.assertTrue(self.holds(book("a", 1), book("b", 3, 4, FULL)))
        self.assertTrue(self.holds(book("a", 1), book("b", 3, 4)))
        self.assertTrue(self.holds(book("a", 1, 2), cancel("a", 3), book("b", 8, 9)))
        self.assertFalse(self.holds(book("a", 1, 2), book("b", 3, 4), cancel("a", 5)))

    def test_a_cancel_that_freed_nothing_is_seen(self):
        self.assertFalse(self.holds(cancel("a", 1, 2), book("a", 3, 4)))

    def test_a_long_history_with_many_at_once_is_decided(self):
        calls = []
        for n in range(300):
            calls += [book(f"a{n}", 10 * n, 10 * n + 5), cancel(f"a{n}", 10 * n + 6, 10 * n + 9)]
            calls += [book(f"r{n}.{i}", 10 * n + i / 10, 10 * n + 9, FULL) for i in range(5)]
        self.assertTrue(self.holds(*calls))
        self.assertFalse(self.holds(*calls, book("late", 2995.5, 2995.9)))


class AnswerTest(unittest.TestCase):
    def test_another_answer_to_the_same_operation_is_seen(self):
        call = book("a", 1, 2)
        call.answers += [OK, OK]
        self.assertEqual(list(check.answers([call])), [])
        call.answers.append(FULL)
        self.assertIn("several answers", *check.answers([call]))

    def test_a_refused_right_and_a_refused_cancel_are_seen(self):
        self.assertIn("right was refused", *check.answers([book("a", 1, 2, FULL, basis="right")]))
        call = cancel("a", 1, 2)
        call.answers = [FULL]
        self.assertIn("cancel was refused", *check.answers([call]))


class DatabaseTest(unittest.TestCase):
    def says(self, calls, bookings, results=None):
        if results is None:
            results = [(c.inc, c.seq, c.outcome()) for c in calls if c.answers]
        return " ".join(check.database(calls, bookings, results))

    def test_what_was_answered_is_there_once(self):
        calls = [book("a", 1, 2), cancel("a", 3, 4), book("b", 5, 6), book("c", 7, 8, FULL)]
        rows = [("a", *SEAT, "cancelled"), ("b", *SEAT, "confirmed")]
        self.assertEqual(self.says(calls, rows), "")

    def test_a_lost_booking_is_seen(self):
        self.assertIn("is lost", self.says([book("a", 1, 2)], []))
        self.assertIn("is lost", self.says([book("a", 1, 2)], [("a", *SEAT, "cancelled")]))

    def test_an_unknown_booking_may_be_there_or_not(self):
        self.assertEqual(self.says([book("a", 1)], []), "")
        self.assertEqual(self.says([book("a", 1)], [("a", *SEAT, "confirmed")]), "")

    def test_what_must_not_stand_is_seen(self):
        row = ("a", *SEAT, "confirmed")
        self.assertIn("must not", self.says([book("a", 1, 2, FULL)], [row]))
        self.assertIn("must not", self.says([book("a", 1, 2), cancel("a", 3, 4)], [row]))
        self.assertIn("must not", self.says([book("a", 1, 2)], [("a", "morning", 4, "confirmed")]))
        self.assertIn("by nobody", self.says([], [row]))

    def test_a_seat_with_two_bookings_and_a_doubled_row_are_seen(self):
        rows = [("a", *SEAT, "confirmed"), ("b", *SEAT, "confirmed")]
        self.assertIn("sold 2 times", self.says([book("a", 1, 2), book("b", 3, 4)], rows))
        self.assertIn("2 times", self.says([book("a", 1, 2)], rows[:1] * 2))

    def test_an_operation_that_was_stored_otherwise_or_twice_is_seen(self):
        call, row = book("a", 1, 2), ("a", *SEAT, "confirmed")
        self.assertIn("stored", self.says([call], [row], [("k1", 10, "refused")]))
        self.assertIn("stored", self.says([call], [row], [("k1", 10, "ok")] * 2))
        self.assertIn("stored", self.says([call], [row], []))


def page(first, last, *rows, applied=0):
    return {"from": {"c": first, "s": 0, "d": 0}, "to": {"c": last, "s": 0, "d": 0}, "more": False,
            "applied": applied,
            "rows": [{"s": "c", "k": "site", "id": name, "seq": seq, "v": {}} for name, seq in rows]}


class FeedTest(unittest.TestCase):
    STORED = {("c", "site", "x"): (3, False), ("c", "site", "y"): (2, False)}

    def says(self, *pages):
        return " ".join(check.feed(pages, self.STORED, {"c": 3, "s": 0, "d": 0}))

    def test_pages_that_follow_each_other_are_fine(self):
        self.assertEqual(self.says(page(0, 2, ("x", 1), ("y", 2)), page(2, 3, ("x", 3))), "")

    def test_a_feed_that_goes_back_is_seen(self):
        self.assertIn("goes back", self.says(page(0, 3, ("y", 2), ("x", 3)), page(3, 2)))
        self.assertIn("knows less", self.says(page(0, 2, ("y", 2), applied=4), page(2, 3, ("x", 3))))

    def test_a_missing_row_is_seen(self):
        self.assertIn("told None", self.says(page(0, 3, ("x", 3))))
        self.assertIn("told (1, False)", self.says(page(0, 3, ("x", 1), ("y", 2))))

    def test_a_doubled_row_is_seen(self):
        self.assertIn("twice", self.says(page(0, 3, ("y", 2), ("y", 2), ("x", 3))))
        self.assertIn("has been told",
                      self.says(page(0, 2, ("y", 2)), page(2, 3, ("y", 2), ("x", 3))))

    def test_rows_out_of_order_and_a_gap_are_seen(self):
        self.assertIn("out of order", self.says(page(0, 3, ("x", 3), ("y", 2))))
        self.assertIn("begins at", self.says(page(0, 1), page(2, 3, ("x", 3), ("y", 2))))
        self.assertIn("stands at", self.says(page(0, 2, ("y", 2))))

    def test_a_row_that_came_after_its_page_is_seen(self):
        self.assertIn("outside", self.says(page(0, 2, ("y", 2), ("x", 3)), page(2, 3)))


if __name__ == "__main__":
    unittest.main()
