#!/usr/bin/env python3
"""Power cuts as a test. Usage: test_crash.py CLAIM PROGRAM

Seeds are fresh each run and printed; lvyue-crash --seed S plays the same cuts again.
"""
import re
import secrets
import subprocess
import sys

SLICE = 300
FEW = 100


def run(program, cuts, *options):
    seed = str(1 + secrets.randbelow(10**12))
    done = subprocess.run([program, "--cuts", str(cuts), "--seed", seed, *options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    print(done.stdout)
    if done.returncode not in (0, 1):
        print(done.stderr[-4000:])
    assert done.returncode in (0, 1), f"it fell: {done.returncode}"
    lost = [int(n) for n in re.findall(r"(\d+) cuts lost what was reported", done.stdout)]
    assert len(lost) == 2
    return done, lost


def kept(program):
    """Whatever is cut, all that was reported as done is there, and the rest goes on."""
    done, lost = run(program, SLICE)
    assert done.returncode == 0 and lost == [0, 0], done.stderr[-4000:]


def normal(program):
    """Without a flush at each commit reported bookings are lost, and it is seen."""
    done, lost = run(program, FEW, "--synchronous", "normal")
    assert done.returncode == 1 and all(lost), "a lazy database loses nothing here"


def lies(program):
    """A disk that only says it has flushed loses bookings, and it is seen."""
    done, lost = run(program, FEW, "--flush", "lies")
    assert done.returncode == 1 and all(lost), "a lying disk loses nothing here"


if __name__ == "__main__":
    {"kept": kept, "normal": normal, "lies": lies}[sys.argv[1]](sys.argv[2])
