"""The tools of the end-to-end tests themselves: a tool that cannot fail finds nothing."""

import contextlib
import http.client
import json
import pathlib
import socket
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "deploy")]

import checks
import proxy
import proxy_http
import tree

WAIT_S = 5


def echo(listener):
    """Answers every connection with what it sends, until the listener is closed."""
    def serve(link):
        with link, contextlib.suppress(OSError):
            while data := link.recv(4096):
                link.sendall(data)
    while True:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(link,), daemon=True).start()


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=echo, args=(self.listener,), daemon=True).start()
        self.proxy = proxy.Proxy(self.listener.getsockname())
        self.addCleanup(self.proxy.close)
        self.addCleanup(self.listener.close)

    def link(self):
        link = socket.create_connection(("127.0.0.1", self.proxy.port), WAIT_S)
        self.addCleanup(link.close)
        return link

    def says(self, link, data=b"hello"):
        link.sendall(data)
        got = b""
        while len(got) < len(data):
            part = link.recv(4096)
            if not part:
                break
            got += part
        return got

    def test_what_goes_in_comes_back(self):
        self.assertEqual(self.says(self.link()), b"hello")

    def test_a_cut_breaks_old_and_new_connections_until_restored(self):
        link = self.link()
        self.says(link)
        self.proxy.cut()
        # Where it breaks is a matter of moments: while connecting, sending or waiting.
        for connect in (lambda: link, self.link):
            with contextlib.suppress(OSError):
                self.assertEqual(self.says(connect()), b"")
        self.proxy.restore()
        self.assertEqual(self.says(self.link()), b"hello")

    def test_a_stalled_line_is_silent_and_then_delivers(self):
        link = self.link()
        self.says(link)
        self.proxy.stall()
        link.sendall(b"late")
        link.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            link.recv(4096)
        self.proxy.restore()
        link.settimeout(WAIT_S)
        self.assertEqual(link.recv(4096), b"late")

    def test_a_torn_line_passes_a_part_and_no_more(self):
        self.proxy.tear(100)
        got = b""
        with contextlib.suppress(OSError):
            got = self.says(self.link(), b"x" * 1000)
        self.assertLess(len(got), 1000)
        self.assertLessEqual(self.proxy.carried_bytes, 100)


class Counter:
    """A server of HTTP whose answers tell how many requests it has heard."""

    def __init__(self):
        self.heard = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        reader = proxy_http.Reader(link)
        with link, contextlib.suppress(OSError, proxy_http.Closed):
            while True:
                _, request = reader.message()
                with self.lock:
                    self.heard.append(request.rsplit(b"\r\n", 1)[1].decode())
                    text = str(len(self.heard)).encode()
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                             % (len(text), text))


class ConfusedProxyTest(unittest.TestCase):
    def setUp(self):
        self.server = Counter()
        self.addCleanup(self.server.listener.close)
        self.proxy = proxy.Proxy(self.server.listener.getsockname())
        self.addCleanup(self.proxy.close)

    def ask(self, body="x"):
        link = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=WAIT_S)
        with contextlib.closing(link):
            link.request("POST", "/a", body)
            return link.getresponse().read().decode()

    def test_a_doubled_request_is_heard_twice_and_answered_once(self):
        self.proxy.confuse(double=1)
        self.assertEqual(self.ask(), "2")
        self.assertEqual(self.server.heard, ["x", "x"])
        self.proxy.restore()
        self.assertEqual(self.ask(), "3")

    def test_an_old_answer_comes_instead_of_a_new_one(self):
        self.proxy.confuse(reorder=1e-9)
        self.assertEqual(self.ask(), "1")
        self.proxy.confuse(replay=1)
        self.assertEqual(self.ask(), "1")
        self.assertEqual(len(self.server.heard), 1)

    def test_a_later_request_overtakes_an_earlier_one(self):
        self.proxy.confuse(reorder=1)
        first = threading.Thread(target=self.ask, args=("first",))
        first.start()
        while not self.proxy.faults.met["reorder"]:
            first.join(0.001)
        self.proxy.confuse(replay=1e-9)
        self.ask("second")
        first.join(WAIT_S)
        self.assertEqual(self.server.heard, ["second", "first"])


def node(**over):
    return {"role": "button", "label": "现在取号", "value": "", "state": [], "text_px": 58,
            "rect": [0, 0, 200, 104], "ink": "#FFFFFF", "ground": "#1D4E5A", "fits": True} | over


FOOTER = [node(label=label, rect=[180 * i, 1764, 180, 156], text_px=41)
          for i, label in enumerate(checks.FOOTER)]


class ChecksTest(unittest.TestCase):
    def complaints(self, *nodes, screen="home", k=1.0):
        return checks.check_tree(tree.Tree(screen, 1, list(nodes)), k)

    def test_a_good_screen_has_no_complaint(self):
        self.assertEqual(self.complaints(node(), *FOOTER), [])

    def test_contrast_is_that_of_wcag(self):
        self.assertAlmostEqual(checks.contrast("#000000", "#FFFFFF"), 21.0)
        self.assertAlmostEqual(checks.contrast("#999999", "#FFFFFF"), 2.85, places=2)
        self.assertAlmostEqual(checks.contrast("#1A56DB", "#FFFFFF"), 6.18, places=2)

    def test_each_fault_is_named(self):
        faults = [
            ("T1", node(text_px=40)),
            ("T2", node(ink="#999999", ground="#FFFFFF")),
            ("T3", node(rect=[0, 0, 200, 80])),
            ("T3", node(rect=[0, 0, 80, 200])),
            ("T11", node(fits=False)),
        ]
        for name, bad in faults:
            found = self.complaints(bad, *FOOTER)
            self.assertEqual(len(found), 1, (name, found))
            self.assertIn(name, found[0])

    def test_a_larger_scale_wants_larger_letters_and_targets(self):
        found = self.complaints(node(), screen="attract", k=2.0)
        self.assertEqual(sum("T3" in text for text in found), 1)
        self.assertEqual(sum("T1" in text for text in found), 1)

    def test_what_is_unavailable_may_be_pale_but_not_small(self):
        pale = node(state=["disabled"], ink="#999999", ground="#FFFFFF")
        self.assertEqual(self.complaints(pale, *FOOTER), [])
        self.assertTrue(self.complaints(pale | {"text_px": 20}, *FOOTER))

    def test_the_footer_has_six_cells_in_order(self):
        for bad in (FOOTER[:5], FOOTER[1:] + FOOTER[:0], [*FOOTER[:4], FOOTER[4] | {
                "rect": [720, 1700, 180, 156]}, FOOTER[5]], [FOOTER[0] | {"rect": [
                    0, 1764, 200, 156]}, *FOOTER[1:]]):
            self.assertTrue(self.complaints(node(), *bad))
        self.assertEqual(self.complaints(node(), screen="attract"), [])

    def test_one_main_button_at_most(self):
        main = node(state=["main"])
        self.assertEqual(self.complaints(main, *FOOTER), [])
        self.assertTrue(self.complaints(main, main, *FOOTER))

    def test_a_tree_without_text_sizes_proves_nothing(self):
        silent = [{key: value for key, value in cell.items() if key != "text_px"}
                  for cell in FOOTER]
        self.assertTrue(self.complaints(*silent))


class TreeTest(unittest.TestCase):
    """The client against a kiosk made of prepared replies."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = f"{folder.name}/tree"
        self.server = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.server.close)
        self.server.bind(path)
        self.server.listen()
        self.asked = []
        self.replies = []
        threading.Thread(target=self.serve, daemon=True).start()
        self.kiosk = tree.Kiosk(path)
        self.addCleanup(self.kiosk.close)

    def serve(self):
        link, _ = self.server.accept()
        with link, link.makefile("rwb") as file:
            for line in file:
                self.asked.append(line.decode().rstrip("\n"))
                # In small pieces: a reply may arrive in any.
                for byte in self.replies.pop(0):
                    file.write(bytes([byte]))
                    file.flush()

    def reply(self, *lines):
        self.replies.append("".join(json.dumps(line, ensure_ascii=False) + "\n"
                                    for line in lines).encode())

    def test_a_tree_is_read_to_its_end(self):
        self.reply({"screen": "home", "frame": 7}, node(label="约下次", state=["disabled"]), node(),
                   {"end": True})
        got = self.kiosk.tree()
        self.assertEqual((got.screen, got.frame, len(got.nodes)), ("home", 7, 2))
        self.assertEqual(got.find("约.*")["state"], ["disabled"])
        self.assertIsNone(got.find("约.*", usable=True))
        self.assertEqual(got.find("现在取号", role=("button",))["text_px"], 58)

    def test_a_refused_tap_says_why(self):
        self.reply({"ok": False, "why": "covered", "end": True})
        with self.assertRaisesRegex(tree.TreeError, "covered"):
            self.kiosk.tap("首页")
        self.assertEqual(self.asked, ["tap 首页"])

    def test_the_second_of_two_is_named_by_its_place(self):
        self.reply({"ok": True, "screen": "home", "frame": 8, "end": True})
        self.kiosk.tap("改", nth=2)
        self.assertEqual(self.asked, ["tap 改 #2"])


if __name__ == "__main__":
    unittest.main()
