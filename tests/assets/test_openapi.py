"""The described paths are the served ones: openapi.yaml against routes.def, and the problem names of
PROTOCOL.md against problem.def. Read by patterns, so that no YAML library is needed."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text(*parts):
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def served():
    rows = re.findall(r'^ROUTE\((\w+), "([^"]+)"', text("server", "api", "routes.def"), re.M)
    return {(method.lower(), re.sub(r":(\w+)", r"{\1}", path).replace("*", "{path}"))
            for method, path in rows}


def described():
    found, path = set(), None
    for line in text("server", "openapi.yaml").splitlines():
        if line.startswith("components:"):
            break
        if match := re.fullmatch(r"  (/\S*):", line):
            path = match[1]
        elif match := re.fullmatch(r"    (get|post|put|delete|patch):", line):
            found.add((match[1], path))
    return found


class Descriptions(unittest.TestCase):
    def test_every_route_is_described_and_nothing_else(self):
        self.assertTrue(served())
        self.assertEqual(served(), described())

    def test_every_reference_leads_somewhere(self):
        yaml = text("server", "openapi.yaml")
        for kind, name in set(re.findall(r'#/components/(\w+)/(\w+)"', yaml)):
            self.assertRegex(yaml, rf"(?ms)^  {kind}:\n.*?^    {name}:")

    def test_the_problems_of_the_protocol_exist(self):
        known = set(re.findall(r'PROBLEM\(\w+, "([^"]+)"', text("server", "http", "problem.def")))
        table = text("backend-client", "PROTOCOL.md").split("| problem |")[1].split("\n\n")[0]
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|stopping|overloaded)`", table))
        self.assertGreater(len(named), 12)
        self.assertLessEqual(named, known)

    def test_every_kind_of_operation_and_row_is_told(self):
        protocol = text("backend-client", "PROTOCOL.md")
        for table, pattern in (("op.def", r'OP\(\w+, "([^"]+)"'),
                               ("feed.def", r'FEED\(\w+, "([^"]+)"')):
            for code in re.findall(pattern, text("backend-client", "model", table)):
                self.assertIn(f"`{code}`", protocol)

    def test_every_member_that_travels_is_told(self):
        protocol = text("backend-client", "PROTOCOL.md")
        described = protocol + text("server", "openapi.yaml")
        for file in ("wire_op.c", "wire_row.c", "wire_feed.c", "wire_hello.c", "wire_contact.c"):
            names = re.findall(r'json_(?:write|get)_\w+\(&?\w+(?:->json)?,\s*"(\w+)"',
                               text("backend-client", "wire", file))
            self.assertGreater(len(names), 5, file)
            for name in names:
                with self.subTest(f"{file} {name}"):
                    self.assertRegex(described, rf'[`"]{name}["`]|\b{name}: ')


if __name__ == "__main__":
    unittest.main()
