"""What deploy/demo does once everything is built. The options are explained there."""

import argparse
import csv
import datetime
import fcntl
import json
import os
import pathlib
import shutil
import signal
import sys
import time

import demo_tour
import system
import tree

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
ASSETS = ROOT / "assets"
FOLDER = ROOT / "var" / "demo"
HALL = "141182000"
# A Wednesday on which the hall is attended and three other sites are.
FIRST_START = datetime.datetime(2026, 3, 4, 8, 40)
SIZE = (1080, 1920)


def now_ms():
    return time.time_ns() // 1_000_000


def is_working_day(day):
    """The State Council's list decides; beside it Monday to Friday work."""
    days = json.loads((ASSETS / "demo" / "holidays-2026.json").read_text(encoding="utf-8"))["days"]
    listed = {one["date"]: not one["isOffDay"] for one in days}
    return listed.get(day.isoformat(), day.weekday() < 5)


def next_start(civil):
    """The next working day's 8:40 after a civil time."""
    day = civil.date() + datetime.timedelta(1)
    while not is_working_day(day):
        day += datetime.timedelta(1)
    return datetime.datetime.combine(day, FIRST_START.time())


def next_run():
    """The clock and the number of this run. A later run goes on, it never goes back."""
    path = FOLDER / "demo.json"
    run = {"start": FIRST_START.isoformat(timespec="minutes"), "since": now_ms(), "number": 1}
    if path.exists():
        last = json.loads(path.read_text(encoding="utf-8"))
        civil = datetime.datetime.fromisoformat(last["start"]) + datetime.timedelta(
            milliseconds=now_ms() - last["since"])
        run["start"] = next_start(civil).isoformat(timespec="minutes")
        run["number"] = last["number"] + 1
    path.write_text(json.dumps(run) + "\n", encoding="utf-8")
    return run


def start_kiosk(kiosk, centre, env):
    kiosk.start(env)
    enrolled = FOLDER / "enrolled"
    if not enrolled.exists():
        kiosk.enrol(centre, HALL)
        enrolled.touch()


def open_window(centre, run):
    """The kiosk on the display that is there, until somebody closes it."""
    kiosk = system.KioskProgram(BUILD, FOLDER, centre.url, run, size=SIZE)
    try:
        start_kiosk(kiosk, centre, {"DISPLAY": os.environ["DISPLAY"]}
                    if "DISPLAY" in os.environ else {})
        print("The kiosk is open. Close its window to end the demo.", flush=True)
        kiosk.program.process.wait()
    finally:
        kiosk.stop()


def play_tour(centre, run, folder):
    with system.display(FOLDER, SIZE) as env:
        kiosk = system.KioskProgram(BUILD, FOLDER, centre.url, run, size=SIZE)
        try:
            start_kiosk(kiosk, centre, env)
            return demo_tour.play(centre, kiosk, folder, run["number"])
        finally:
            kiosk.stop()


def serve(centre):
    print(f"The centre serves at {centre.url}, until it is interrupted.", flush=True)
    centre.program.process.wait()
    centre.program.check_alive()


def run_demo(options):
    if options.fresh:
        for path in FOLDER.iterdir():
            if path.name == "lock":
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    run = next_run()
    centre = system.Centre(BUILD, FOLDER, run, options.port)
    if not centre.is_made():
        centre.make(ASSETS, options.laws)
    elif options.laws:
        centre.import_laws(options.laws)
        centre.admin("publish", "--articles", ASSETS / "content")
    centre.start()
    with open(ASSETS / "demo" / "sites.csv", encoding="utf-8") as file:
        sites = len(list(csv.DictReader(file)))
    print(f"Centre with {sites} sites at {centre.url}; the civil clock started at {run['start']}.",
          flush=True)
    has_display = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    try:
        if options.serve:
            serve(centre)
        elif options.tour or not has_display:
            return play_tour(centre, run, options.tour or FOLDER / "tour")
        else:
            open_window(centre, run)
    finally:
        centre.stop()
    return True


def main():
    parser = argparse.ArgumentParser(prog="deploy/demo")
    parser.add_argument("--port", type=int)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--tour", type=pathlib.Path)
    parser.add_argument("--laws", type=pathlib.Path)
    options = parser.parse_args()
    # Being ended takes the programs along, as an interrupt does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("deploy/demo: another one is running in this folder")
        try:
            return 0 if run_demo(options) else 1
        except (system.SystemFailure, tree.TreeError) as failure:
            sys.exit(f"deploy/demo: {failure}")
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
