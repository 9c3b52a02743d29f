"""The demo's sites, holidays and roster, read by a second reader that shares no code with ours.

It unfolds the roster rules day by day and asks what the demo promises: the hall is attended at its
start, a few other sites are attended that day, nobody sits in two places at once.
"""

import csv
import datetime
import json
import pathlib
import re
import unittest

DEMO = pathlib.Path(__file__).resolve().parents[2] / "assets" / "demo"
HALL = "141182000"
START = datetime.date(2026, 3, 4)
TOPICS = ("婚姻家庭 赡养抚养继承 劳动工资工伤 借钱欠款合同 交通事故与人身损害 邻里宅基地土地 "
          "征收拆迁与行政争议 消费维权与电信诈骗 刑事 未成年人老人残疾人权益 企业经营 其他").split()
WEEKDAYS = "一二三四五六日"


def read_csv(name):
    with open(DEMO / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def date(text):
    return datetime.date.fromisoformat(text)


def minute(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Calendar:
    def __init__(self, days):
        self.off = {date(day["date"]) for day in days if day["isOffDay"]}
        self.on = {date(day["date"]) for day in days if not day["isOffDay"]}

    def works(self, day):
        return day in self.on or (day.weekday() < 5 and day not in self.off)


def sits_on(row, day, calendar):
    """Whether a rule of the roster, leave and swaps aside, has a sitting on that day."""
    rule, first = row["规则"], date(row["从"])
    if day < first or (row["到"] and day > date(row["到"])):
        return False
    if rule == "单次":
        return day == first
    if rule == "每个工作日":
        return calendar.works(day)
    if day.weekday() != WEEKDAYS.index(rule[-1]) or day in calendar.off:
        return False
    if weeks := re.fullmatch(r"每([2-8])周周.", rule):
        monday = first - datetime.timedelta(first.weekday())
        return (day - monday).days // 7 % int(weeks[1]) == 0
    if nth := re.fullmatch(r"每月第([1-5])个周.", rule):
        return (day.day - 1) // 7 + 1 == int(nth[1])
    if rule.startswith("每月最后一个周"):
        return (day + datetime.timedelta(7)).month != day.month
    assert re.fullmatch(r"每周.", rule), rule
    return True


def is_away(row, day, leaves):
    return any(leave["坐班人员"] == row["坐班人员"] and leave["站点"] in ("", row["站点"])
               and date(leave["从"]) <= day <= date(leave["到"]) for leave in leaves)


def sittings(roster, day, calendar):
    """(site, counsellor, from, to) of one day, leave and swaps applied."""
    leaves = [row for row in roster if row["规则"] == "请假"]
    swaps = [row for row in roster if row["规则"] == "替班"]
    for row in roster:
        if row["规则"] in ("请假", "替班") or not sits_on(row, day, calendar):
            continue
        if is_away(row, day, leaves):
            continue
        who = row["坐班人员"]
        for swap in swaps:
            if (swap["代替"] == who and swap["站点"] == row["站点"]
                    and date(swap["从"]) <= day <= date(swap["到"])):
                who = swap["坐班人员"]
        yield row["站点"], who, minute(row["上班"]), minute(row["下班"])


class DemoData(unittest.TestCase):
    def setUp(self):
        self.sites = read_csv("sites.csv")
        self.roster = read_csv("roster.csv")
        holidays = json.loads((DEMO / "holidays-2026.json").read_text(encoding="utf-8"))
        self.calendar = Calendar(holidays["days"])
        self.days = [START + datetime.timedelta(n) for n in range(-30, 120)]

    def test_fifteen_sites_with_distinct_codes(self):
        self.assertEqual(len({site["code"] for site in self.sites}), 15)
        self.assertTrue(all(re.fullmatch(r"141182\d{3}", site["code"]) for site in self.sites))

    def test_the_state_council_gave_33_days_off_and_6_to_make_up(self):
        self.assertEqual((len(self.calendar.off), len(self.calendar.on)), (33, 6))
        self.assertTrue(all(day.weekday() >= 5 for day in self.calendar.on))

    def test_every_row_is_well_formed(self):
        codes = {site["code"] for site in self.sites} | {""}
        for row in self.roster:
            self.assertIn(row["站点"], codes)
            self.assertIn(row["类别"], ("退休法官", "退休检察官", "律师", "法律服务工作者"))
            self.assertTrue(all(t in TOPICS for t in row["事项"].split("、") if t), row)
            if row["规则"] in ("请假", "替班"):
                continue
            begin, end = minute(row["上班"]), minute(row["下班"])
            self.assertTrue(begin < end and begin % 10 == 0 and end % 10 == 0, row)
            seat_minutes = int(row["每席分钟"] or 30)
            seats = int(row["席位"] or (end - begin) // seat_minutes)
            self.assertTrue(3 <= seats <= 6 and seats * seat_minutes <= end - begin, row)

    def test_every_kind_of_rule_occurs(self):
        kinds = {re.sub(r"周[一二三四五六日]$", "周", re.sub(r"\d", "n", row["规则"]))
                 for row in self.roster}
        self.assertEqual(kinds, {"每周", "每n周周", "每月第n个周", "每月最后一个周", "每个工作日",
                                 "单次", "请假", "替班"})

    def test_nobody_sits_in_two_places_at_once(self):
        for day in self.days:
            taken = set()
            for _, who, begin, end in sittings(self.roster, day, self.calendar):
                for granule in range(begin, end, 10):
                    self.assertNotIn((who, granule), taken, day)
                    taken.add((who, granule))

    def test_the_hall_is_attended_when_the_demo_starts_and_again_in_the_afternoon(self):
        here = [(begin, end) for site, _, begin, end
                in sittings(self.roster, START, self.calendar) if site == HALL]
        self.assertEqual(sorted(here), [(minute("8:30"), minute("11:30")),
                                        (minute("14:30"), minute("17:00"))])

    def test_a_later_run_finds_the_hall_attended_on_every_working_day_of_the_year(self):
        day = START
        while day.year == START.year:
            if self.calendar.works(day):
                here = [1 for site, _, begin, end in sittings(self.roster, day, self.calendar)
                        if site == HALL and begin <= minute("8:40") < end]
                self.assertEqual(len(here), 1, day)
            day += datetime.timedelta(1)

    def test_four_sites_are_attended_on_that_day(self):
        there = {site for site, *_ in sittings(self.roster, START, self.calendar)}
        self.assertEqual(len(there), 4)

    def test_every_site_has_a_sitting_within_the_horizon(self):
        soon = [START + datetime.timedelta(n) for n in range(15)]
        there = {site for day in soon
                 for site, *_ in sittings(self.roster, day, self.calendar)}
        self.assertEqual(there, {site["code"] for site in self.sites})


if __name__ == "__main__":
    unittest.main()
