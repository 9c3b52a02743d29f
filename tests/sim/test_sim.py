#!/usr/bin/env python3
"""The simulator as a test. Usage: test_sim.py CLAIM SIM [BUILD]

Seeds are fresh each run and printed; any of them is had again with lvyue-sim --seed N --trace.
"""
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def seeds(sim, count):
    first = 1 + secrets.randbelow(10**12)
    done = run(sim, "--seeds", f"{first}..{first + count - 1}", "--jobs", "2")
    print(f"seeds {first}..{first + count - 1}")
    print(done.stdout)
    assert done.returncode == 0, "a seed shows a violation"
    counts = re.findall(r"^ *(\d+) (.+)$", done.stdout, re.M)
    never = [words for number, words in counts if int(number) == 0]
    assert not never, f"never happened: {never}"
    assert re.search(rf"^{count} seeds, \d+ steps, 0 violations$", done.stdout, re.M)


def replay(sim):
    first = 1 + secrets.randbelow(10**12)
    for seed in range(first, first + 20):
        runs = [run(sim, "--seed", str(seed), "--trace").stdout for _ in range(2)]
        digests = {hashlib.sha256(text.encode()).hexdigest() for text in runs}
        assert len(digests) == 1 and len(runs[0]) > 1000, f"seed {seed} does not replay"
    print(f"seeds {first}..{first + 19} replay byte for byte")


def mutants(sim):
    names = run(sim, "--list-mutants").stdout.split()
    done = run(sim, "--mutants")
    print(done.stdout)
    caught = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert done.returncode == 0 and len(names) >= 12
    assert sorted(caught) == sorted(names)
    assert all(seed.isdigit() for seed in caught.values()), "a mutant survives"


def same_files(build):
    """The simulator compiles the very files of the products."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    rooms = re.compile(r"/(backend-client/(model|sync)|server/core)/[^/]+\.c$")
    ours = [c for c in commands if rooms.search(c["file"])]
    simulated = {c["file"] for c in ours if "-DLYVUE_SIM" in c["command"]}
    products = {c["file"] for c in ours if "-DLYVUE_SIM" not in c["command"]}
    assert simulated and simulated == products, simulated ^ products
    print(f"{len(products)} files are the same")


def coverage(source, build):
    """Branches of sync and core that 20,000 fresh seeds take, less those of CHECK."""
    options = ["-DCMAKE_BUILD_TYPE=Debug", "-DLY_COVERAGE=ON", "-DLY_KIOSK=OFF"]
    subprocess.run(["cmake", "-S", source, "-B", build, "-G", "Ninja", *options], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", build, "--target", "lvyue-sim"], check=True,
                   stdout=subprocess.DEVNULL)
    for folder, _, files in os.walk(build):
        for file in files:
            if file.endswith(".gcda"):
                os.remove(os.path.join(folder, file))
    seeds(os.path.join(build, "lvyue-sim"), 20000)
    report = subprocess.run(
        ["gcovr", "-r", source, "--object-directory", "tests/sim", "--branches",
         "--exclude-throw-branches", "--exclude-lines-by-pattern", r".*CHECK\(.*",
         "--filter", ".*/backend-client/sync/.*", "--filter", ".*/server/core/.*", "."],
        cwd=build, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(report)
    percent = int(re.search(r"^TOTAL.* (\d+)%", report, re.M).group(1))
    assert percent >= 95, f"only {percent} % of the branches"


CLAIMS = {"seeds": lambda sim, count: seeds(sim, int(count)), "replay": replay,
          "mutants": mutants, "same_files": same_files, "coverage": coverage}

if __name__ == "__main__":
    CLAIMS[sys.argv[1]](*sys.argv[2:])
