"""A citizen's way through everything, by touches alone: NN-step.png and NN-step.json for each step.

Each step does what a visitor would do, says what must then be true, and has its screen checked for
old eyes and large fingers (checks.py). A step that fails ends the tour.
"""

import json
import sys

import checks
import system

WAIT_SECONDS = 20
BACK_SECONDS = 120
SCAN = "LY1:{code}:{pin}"

# The words on the screens that the tour goes by (kiosk/scenes/text.def), as regular expressions.
HOME = "首页"
TAKE_NUMBER = "现在取号.*"
BOOK = "预约咨询.*"
LAWS = "法律与案例.*"
LIST_DEPTH_MAX = 4
NOTHING_YET = "这里还没有内容"
CONTENT_SECONDS = 120
TOPICS = ("借钱合同.*", "工资工伤.*", "交通事故.*")
SITTING = ".* 到 .*"
ONLY_HERE = "只看本站"
WITH_SEATS = r".* 到 .*还有 \d+ 席"
TO_WISH_FOR = ".* 到 .*可以登记"
SURNAME = "王"
TITLE = "女士"
NEXT = "下一步"
CONFIRM = "确认预约"
WISH = "登记等候"
CHECK_IN = "现在签到"
MOVE = "改时间"
MOVE_CONFIRM = "确认改时间"
MOVED = "改好了，已确认"
NOT_MOVED = "没改，原来的还在"
WALKIN_NUMBER = r"\b[A-Z]\d{3}\b"
CODE = r"\b(\d{4}) (\d{4})\b"
PIN = r"密码 (\d{3}) (\d{3})\b"
CONFIRMED = "约好了，已确认"
NOT_CONFIRMED = "还没确认"
UNANSWERED = "没有等到答复"
TRY_AGAIN = "再试一次|看下一个时间"
LARGE = "大字"
HELP = "帮助"
CONTRAST = "黑底亮字"
BACK = "返回"
OFFLINE = "网络断了"
CHECKED_IN = "签到好了"
PRESSABLE = checks.PRESSABLE


class Tour:
    """`is_large` and `is_contrast` are how the visitor wants the screens."""

    def __init__(self, centre, kiosk, folder, run_number, is_large=False, is_contrast=False):
        self.centre, self.kiosk, self.folder = centre, kiosk, folder
        self.is_large, self.is_contrast = is_large, is_contrast
        # New numbers a run: one person may hold two open bookings.
        self.phones = [f"13{digit}0000{run_number % 10000:04d}" for digit in (7, 8, 9)]
        self.codes = []
        self.pins = []
        self.walkin = None
        self.slips_before = len(kiosk.slips())
        self.count = 0
        self.complaints = []

    @property
    def screen(self):
        return self.kiosk.screen

    # ---- What a hand does

    def tap(self, pattern):
        tree = self.screen.tree()
        node = tree.find(pattern, role=PRESSABLE, usable=True)
        if not node:
            labels = [one["label"] for one in tree.nodes if one["role"] in PRESSABLE]
            raise system.SystemFailure(f"nothing to press like “{pattern}” on {tree.screen}: "
                                       f"{' | '.join(labels)}")
        self.screen.tap_node(node)

    def see(self, pattern):
        """Waits until the words are on the screen; gives the match."""
        return system.wait_for(f"“{pattern}” on the screen", WAIT_SECONDS,
                               lambda: self.screen.tree().search(pattern))

    def see_no(self, pattern, seconds=WAIT_SECONDS):
        system.wait_for(f"“{pattern}” gone from the screen", seconds,
                        lambda: not self.screen.tree().search(pattern))

    def keep(self, name):
        """The picture and the tree of what is shown now, and what is wrong with it."""
        self.count += 1
        path = self.folder / f"{self.count:02d}-{name}"
        self.screen.shot(path.with_suffix(".png"))
        tree = self.screen.tree()
        path.with_suffix(".json").write_text(
            json.dumps({"screen": tree.screen, "frame": tree.frame, "nodes": tree.nodes},
                       ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        found = checks.check_tree(tree)
        self.complaints.extend(found)
        print(f"{path.name}: {'; '.join(found) if found else 'ok'}", flush=True)

    # ---- The steps

    def home(self):
        self.see(TAKE_NUMBER)
        if self.is_large:
            self.tap(LARGE)
        if self.is_contrast:
            self.tap(HELP)
            self.tap(CONTRAST)
            self.keep("help")
            self.tap(BACK)
        self.keep("home")

    def walk_in(self):
        self.tap(TAKE_NUMBER)
        self.walkin = self.see(WALKIN_NUMBER)[0]
        self.keep("walk-in-number")
        self.tap(HOME)

    def book(self, name, sitting=SITTING, confirm=CONFIRM, done=CONFIRMED, patience=0):
        """Books the next seat of such a sitting; remembers its code and PIN. `patience` is how often
        the visitor tries again when the centre gives no answer."""
        turn = len(self.codes)
        self.tap(BOOK)
        self.keep(f"{name}-topic")
        self.tap(TOPICS[turn])
        if sitting.endswith(WITH_SEATS):  # seats of its own are at its own site
            self.tap(ONLY_HERE)
        self.keep(f"{name}-sitting")
        self.tap(sitting)
        self.tap(SURNAME)
        self.tap(TITLE)
        if self.is_large:  # it asks on two pages
            self.keep(f"{name}-name")
            self.tap(NEXT)
        self.screen.type(self.phones[turn])
        self.keep(f"{name}-visitor")
        self.tap(NEXT)
        self.keep(f"{name}-confirm")
        self.tap(confirm)
        while patience and self.see(f"{done}|{UNANSWERED}")[0] == UNANSWERED:
            patience -= 1
            self.tap(TRY_AGAIN)
            self.tap(confirm)
        self.see(done)
        self.codes.append("".join(self.see(CODE).groups()))
        self.pins.append("".join(self.see(PIN).groups()))
        self.keep(f"{name}-done")

    def move(self, name, slip, sitting, done=MOVED):
        """Another such sitting for the booking on a slip, which is void then."""
        self.screen.scan(SCAN.format(code=self.codes[slip], pin=self.pins[slip]))
        self.see(MOVE)
        self.keep(f"{name}-mine")
        self.tap(MOVE)
        if sitting.endswith(WITH_SEATS):
            self.tap(ONLY_HERE)
        self.keep(f"{name}-sitting")
        self.tap(sitting)
        self.keep(f"{name}-confirm")
        self.tap(MOVE_CONFIRM)
        self.see(done)
        if done == MOVED:
            self.codes[slip] = "".join(self.see(CODE).groups())
            self.pins[slip] = "".join(self.see(PIN).groups())
        self.keep(f"{name}-done")
        self.tap(HOME)

    def booking(self):
        self.book("booking")

    def slip(self):
        """One paper for the walk-in number, one for the booking."""
        system.wait_for("two slips from the printer", WAIT_SECONDS,
                        lambda: len(self.kiosk.slips()) >= self.slips_before + 2)
        self.tap(HOME)

    def check_in(self):
        self.screen.scan(SCAN.format(code=self.codes[0], pin=self.pins[0]))
        self.see(CHECK_IN)
        self.keep("my-booking")
        self.tap(CHECK_IN)
        self.see(CHECKED_IN)
        self.keep("check-in")
        self.tap(HOME)

    def law_text(self):
        self.tap(LAWS)
        self.keep("laws")
        # A large collection takes its time to arrive; the page shows it by itself.
        self.see_no(NOTHING_YET, CONTENT_SECONDS)
        # Through the groups of statutes, where there are some, down to a text.
        for _ in range(LIST_DEPTH_MAX):
            tree = self.screen.tree()
            if tree.screen == "law_reader":
                break
            row = next((node for node in tree.nodes if node["role"] in PRESSABLE
                        and node["role"] != "tab" and node["label"] not in checks.FOOTER), None)
            if not row:
                raise system.SystemFailure("no article to open")
            self.screen.tap_node(row)
        self.see(r"[。；]")
        self.keep("law-text")
        self.tap(HOME)

    def server_stopped(self):
        self.centre.kill()
        self.see(OFFLINE)
        self.keep("server-stopped")

    def booking_offline(self):
        """On a seat this kiosk owns: confirmed without asking anybody."""
        self.book("offline-booking", WITH_SEATS)
        self.tap(HOME)

    def wish_offline(self):
        """Where nobody knows whether a seat is free, it is only written down."""
        self.book("wish", TO_WISH_FOR, WISH, NOT_CONFIRMED)
        self.tap(HOME)

    def server_back(self):
        self.centre.start()
        # A kiosk that has been alone for a while asks for the centre in growing steps.
        self.see_no(OFFLINE, BACK_SECONDS)
        self.keep("server-back")

    def all_at_the_centre(self):
        """The bookings, which keep their seats; the wish, which has none; and the walk-in number."""
        def arrived():
            bookings = {one["code"]: one for one in self.centre.bookings()}
            return set(self.codes) <= set(bookings) and bookings

        bookings = system.wait_for("all bookings at the centre", WAIT_SECONDS, arrived)
        states = [bookings[code]["state"] for code in self.codes]
        if states != ["checked_in", "confirmed", "wish"]:
            raise system.SystemFailure(f"the bookings are {states}")
        if self.walkin not in self.centre.walkins():
            raise system.SystemFailure(f"the centre does not know {self.walkin}")
        self.centre.check()

    STEPS = (home, walk_in, booking, slip, check_in, law_text, server_stopped, booking_offline,
             wish_offline, server_back, all_at_the_centre)


def play(centre, kiosk, folder, run_number):
    """Plays the whole tour; true when every step and every screen was as it should be."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("[0-9][0-9]-*.png"), *folder.glob("[0-9][0-9]-*.json")):
        old.unlink()
    tour = Tour(centre, kiosk, folder, run_number)
    for step in Tour.STEPS:
        name = step.__name__.replace("_", " ")
        try:
            step(tour)
        except Exception as failure:
            print(f"{name}: failed: {failure}", file=sys.stderr)
            keep_what_is_shown(tour)
            return False
        print(f"{name}: done", flush=True)
    if tour.complaints:
        print(f"{len(tour.complaints)} complaints about screens", file=sys.stderr)
    return not tour.complaints


def keep_what_is_shown(tour):
    """A picture of a failure says more than its message, where one can still be had."""
    try:
        tour.keep("failed")
    except Exception as failure:
        print(f"no picture of it: {failure}", file=sys.stderr)
