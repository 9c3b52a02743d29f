"""Thousands of statutes, good and bad, through the real importer: none is lost without a word.

The folder is generated from a seed, and counted by a reader that shares no code with ours.
"""

import contextlib
import io
import json
import os
import pathlib
import random
import re
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "deploy")]

import centre as c
import system

SEED = 20260304
GOOD_FILES = 2300
BAD_FILES_EACH = 25
MARKER = "<!-- INFO END -->"
FOLDERS = ("宪法相关法", "民法商法", "行政法规", "经济法", "社会法", "刑法", "地方性法规/山西", "案例")
WORDS = "为了保护公民法人和其他组织的合法权益维护社会秩序根据本办法制定机关应当依照规定履行职责不得拒绝"
NUMERALS = "零一二三四五六七八九"
ARTICLE = re.compile(r"第[零〇一二三四五六七八九十百千两]+条")
# What begins like an article and is none, or speaks of one.
TRAPS = ("依照第三条的规定办理。", "## 第二章 附则", "第三款所称机关，是指主管部门。", "第条", "　　第九条之外的事项。",
         "- 第五条 是一项", "一、第七条")


def numeral(n):
    """1 … 9999 as statutes write it."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            text += ("零" if gap and text else "") + NUMERALS[digit] + name
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


def sentence(dice):
    return "".join(dice.choices(WORDS, k=dice.randint(8, 60))) + "。"


def statute(dice, title):
    lines = [f"# {title}", "", f"{dice.randint(1990, 2025)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日 通过",
             MARKER, ""]
    for number in range(1, dice.randint(1, 40)):
        if dice.random() < 0.1:
            lines.append(f"## 第{numeral(dice.randint(1, 20))}章 {sentence(dice)[:6]}")
        inserted = f"之{numeral(dice.randint(1, 9))}" if dice.random() < 0.03 else ""
        lines.append(f"第{numeral(number)}条{inserted}　{sentence(dice)}")
        lines += [sentence(dice) for _ in range(dice.choice((0, 0, 1, 3)))]
        if dice.random() < 0.1:
            lines.append(dice.choice(TRAPS))
    lines.append(sentence(dice))
    return ("\r\n" if dice.random() < 0.1 else "\n").join(lines).encode()


def spoil(how, text):
    """The bytes of a bad file, and the line that is wrong; 0: the whole file; None: any of its lines."""
    lines = text.replace(b"\r", b"").split(b"\n")
    at = len(lines) - 1
    match how:
        case "is missing":
            return b"\n".join(line for line in lines if line != MARKER.encode()), None
        case "not UTF-8":
            return b"\n".join([*lines[:at], b"\xe6\xb3", *lines[at:]]), at + 1
        case "NUL":
            return b"\n".join([*lines[:at], b"a\0b", *lines[at:]]), at + 1
        case "empty":
            return b"", 0
        case "larger than 4 MiB":
            return text + b"x" * (4 << 20), 0
        case "longer than 64 KiB":
            return b"\n".join([*lines[:at], b"x" * 65537, *lines[at:]]), at + 1
        case "no title":
            return b"\n".join(lines[2:]), 2
        case "no text":
            return b"\n".join(lines[:4]), 0
        case "no such day":
            lines[2] = "2023年2月30日 通过".encode()
            return b"\n".join(lines), 3


FAULTS = ("is missing", "not UTF-8", "NUL", "empty", "larger than 4 MiB", "longer than 64 KiB", "no title",
          "no text", "no such day")


def generate(root):
    """Fills `root`; gives {path: (reason, line)} of the bad files and what the good ones hold."""
    dice = random.Random(SEED)
    bad, good_articles = {}, 0
    names = [f"{dice.choice(FOLDERS)}/第{i}号办法" for i in range(GOOD_FILES * 4 // 5)]
    # The others are later versions of the same statutes.
    paths = [f"{name}(2020-01-0{1 + i % 9}).md" for i, name in enumerate(names)]
    paths += [f"{name}(2024-06-15).md" for name in dice.sample(names, GOOD_FILES - len(names))]
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(statute(dice, file.stem.split("(")[0]))
        body = file.read_text(encoding="utf-8").split(MARKER)[1].splitlines()
        good_articles += sum(ARTICLE.match(line) is not None for line in body)
    for how in FAULTS:
        for i in range(BAD_FILES_EACH):
            path = f"{dice.choice(FOLDERS)}/坏{FAULTS.index(how)}-{i}.md"
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            data, line = spoil(how, statute(dice, f"坏{i}"))
            file.write_bytes(data)
            bad[path] = (how, line)
    return bad, good_articles


class Laws(unittest.TestCase):
    def test_what_is_imported_and_what_is_refused_is_all_there_is(self):
        with c.Centre() as centre:
            root = centre.dir / "laws"
            bad, articles = generate(root)
            files = [path.relative_to(root).as_posix() for path in root.rglob("*.md")]
            centre.fill(publish=False)
            code, lines = centre.admin("import-laws", root, "--json", check=False)
            self.assertEqual(code, 1, "refused files are a failure of the command")
            told = [json.loads(line) for line in lines]
            total = told.pop()
            self.assertEqual(total, {"imported": GOOD_FILES, "refused": len(bad),
                                     "articles": articles})
            self.assertEqual(total["imported"] + total["refused"], len(files))
            self.assertEqual(sorted(one["file"] for one in told), sorted(bad))
            for one in told:
                how, line = bad[one["file"]]
                self.assertIn(how, one["why"], one)
                if line is not None:
                    self.assertEqual(one["line"], line, one)
                else:
                    self.assertIn(one["line"], range(1, (root / one["file"]).read_bytes().count(b"\n") + 2))
            print(f"{len(files)} files: {total}", file=sys.stderr)
            self.expect_a_second_import_to_change_nothing(centre, root)

    def test_a_name_that_is_no_text_is_one_refused_file(self):
        with c.Centre() as centre:
            centre.admin("init")
            root = centre.dir / "laws"
            long = root / "长" / ("x" * 200)
            long.mkdir(parents=True)
            text = statute(random.Random(SEED), "办法")
            for file in (root / "办法.md", root / "大写.MD", long / f"{'y' * 200}.md",
                         root / "a\nb.md", root / "说明.txt"):
                file.write_bytes(text)
            (root / "link.md").symlink_to(root / "办法.md")
            name = os.fsencode(root) + b"/\xcf\xdc\xb7\xa8.md"
            with open(name, "wb") as file:
                file.write(text)
            code, lines = centre.admin("import-laws", root, check=False)
            self.assertEqual((code, lines[-1]), (1, "2 imported, 3 refused"), centre.said)
            for start in (r"\xCF\xDC\xB7\xA8.md: the name of the file is not UTF-8 text",
                          r"a\x0Ab.md: ", "长/xxx"):
                self.assertTrue(any(line.startswith(start) for line in lines), (start, lines))
            told = centre.admin("import-laws", root, "--json", check=False)[1]
            self.assertEqual(len([json.loads(line) for line in told]), 4)
            os.remove(name)

    def test_an_import_that_breaks_off_says_so_in_its_last_line(self):
        with c.Centre() as centre:
            centre.admin("init")
            code, lines = centre.admin("import-laws", centre.dir / "nowhere", check=False)
            self.assertEqual((code, lines[-1]), (1, "0 imported, 0 refused"))
            self.assertIn("no such folder", centre.said)

    def test_a_refused_file_does_not_end_the_demo(self):
        clock = {"start": c.START, "since": time.time_ns() // 1_000_000}
        with tempfile.TemporaryDirectory() as folder:
            centre = system.Centre(c.BUILD, folder, clock)
            laws = pathlib.Path(folder) / "laws"
            laws.mkdir()
            (laws / "坏.md").write_bytes(b"")
            (laws / "办法.md").write_bytes(statute(random.Random(SEED), "办法"))
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                centre.make(c.ROOT / "assets", laws)
                self.assertTrue(centre.is_made())
                (laws / "办法.md").unlink()
                with self.assertRaises(system.SystemFailure):
                    centre.import_laws(laws)  # nothing at all could be taken
            self.assertIn("坏.md: the file is empty", said.getvalue())
            self.assertIn("1 imported, 1 refused", said.getvalue())

    def expect_a_second_import_to_change_nothing(self, centre, root):
        content = ("--articles", c.ROOT / "assets" / "content")
        released = centre.admin("publish", *content)[1]
        before = self.everything_stored(centre)
        first = centre.admin("import-laws", root, check=False)
        self.assertRegex(first[1][-2], r"^\d+ articles$")
        self.assertRegex(first[1][-1], r"^\d+ imported, \d+ refused$")
        self.assertEqual(centre.admin("publish", *content)[1], released)
        self.assertEqual(self.everything_stored(centre), before)

    def everything_stored(self, centre):
        """Names and sizes of what is kept; the stock without the day on which it was written."""
        content = centre.data / "content"
        kept = {path.relative_to(content).as_posix(): path.stat().st_size
                for path in content.rglob("*") if path.is_file()}
        stock = json.loads((content / "stock.json").read_text(encoding="utf-8"))
        return kept, stock["files"]


if __name__ == "__main__":
    unittest.main()
