#!/usr/bin/env python3
"""The simulator as a test. Usage: test_sim.py CLAIM ARGUMENTS (CMakeLists.txt has them)

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


def fresh_seeds(sim, count):
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


def build(source, folder, *options):
    """A simulator of its own kind, in a folder of its own."""
    subprocess.run(["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DLY_KIOSK=OFF",
                    *options], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "lvyue-sim"], check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(folder, "lvyue-sim")


def mutants(source, folder):
    """Each is searched whole, without sanitizers: some show only once in thousands of seeds."""
    sim = build(source, folder, "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
    names = run(sim, "--list-mutants").stdout.split()
    done = run(sim, "--mutants", "--jobs", "2")
    print(done.stdout)
    caught = [line.split(" ", 1)[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0, "a mutant is not caught"
    assert len(names) >= 44 and sorted(caught) == sorted(names)


def read_kept(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").partition(" ") for line in file if not line.startswith("#")]
    kept = {key: value for key, _, value in lines}
    assert set(kept) <= {"mutant", "script"} and "script" in kept, path
    return kept


def fails(sim, kept):
    done = run(sim, *kept["script"].split(), "--mutant", kept["mutant"])
    return done.returncode == 1 and "violated" in done.stdout


def find_anew(sim, mutant):
    """The first seed that shows the fault, made short."""
    done = run(sim, "--mutants", "--mutant", mutant)
    assert done.returncode == 0, f"nothing shows any more what {mutant} does: {done.stdout}"
    seed = done.stdout.split()[1]
    return run(sim, "--seed", seed, "--mutant", mutant, "--shorten").stdout.strip()


def kept_seeds(sim, folder):
    """Whatever failed once is clean; and fails again where its fault is put back."""
    for name in sorted(os.listdir(folder)):
        kept = read_kept(os.path.join(folder, name))
        done = run(sim, *kept["script"].split())
        assert done.returncode == 0 and "clean" in done.stdout, f"{name}: {done.stdout}"
        is_stale = "mutant" in kept and not fails(sim, kept)
        if is_stale:
            script = find_anew(sim, kept["mutant"])
            assert fails(sim, {**kept, "script": script}), f"{name}: {script}"
            print(f"{name}: the dice have changed since it was kept; now it is\n{script}")
        else:
            print(f"{name}: holds")


def keep_anew(sim, folder):
    """Writes new scripts where the dice have changed; the words above them stay."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        kept = read_kept(path)
        if "mutant" not in kept or fails(sim, kept):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(kept["script"], find_anew(sim, kept["mutant"])))
        print(f"{name}: kept anew")


def same_files(folder):
    """The simulator compiles the very files of the products."""
    with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    rooms = re.compile(r"/(backend-client/(model|sync)|server/core)/[^/]+\.c$")
    ours = [c for c in commands if rooms.search(c["file"])]
    simulated = {c["file"] for c in ours if "-DLYVUE_SIM" in c["command"]}
    products = {c["file"] for c in ours if "-DLYVUE_SIM" not in c["command"]}
    assert simulated and simulated == products, simulated ^ products
    print(f"{len(products)} files are the same")


def coverage(source, folder):
    """Branches of sync and core that 20,000 fresh seeds take, less those of CHECK."""
    sim = build(source, folder, "-DCMAKE_BUILD_TYPE=Debug", "-DLY_COVERAGE=ON")
    for place, _, files in os.walk(folder):
        for file in files:
            if file.endswith(".gcda"):
                os.remove(os.path.join(place, file))
    fresh_seeds(sim, 20000)
    report = subprocess.run(
        ["gcovr", "-r", source, "--object-directory", "tests/sim", "--branches",
         "--exclude-throw-branches", "--exclude-lines-by-pattern", r".*CHECK\(.*",
         "--filter", ".*/backend-client/sync/.*", "--filter", ".*/server/core/.*", "."],
        cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(report)
    percent = int(re.search(r"^TOTAL.* (\d+)%", report, re.M).group(1))
    assert percent >= 95, f"only {percent} % of the branches"


CLAIMS = {"fresh": lambda sim, count: fresh_seeds(sim, int(count)), "replay": replay,
          "seeds": kept_seeds, "keep_anew": keep_anew, "mutants": mutants,
          "same_files": same_files, "coverage": coverage}

if __name__ == "__main__":
    CLAIMS[sys.argv[1]](*sys.argv[2:])
