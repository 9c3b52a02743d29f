"""The kiosk's tree socket, as assistive devices, tests and the tour use it.

One request a line; the reply is JSON lines, the last of which has "end": true. An action is answered
when the frame that shows its effect is painted, so nothing here waits for a guess of time.
"""

import dataclasses
import json
import re
import socket
import time

CONNECT_SECONDS_MAX = 30
REPLY_SECONDS_MAX = 60
REPLY_BYTES_MAX = 4 << 20


class TreeError(Exception):
    """The kiosk said no, or nothing."""


@dataclasses.dataclass
class Tree:
    """What the kiosk shows: its widgets in reading order, as dicts."""

    screen: str
    frame: int
    nodes: list

    def find(self, pattern, role=None, usable=False):
        """The first widget whose label matches the whole of a regular expression, or None."""
        for node in self.nodes:
            if role and node["role"] not in role:
                continue
            if usable and "disabled" in node.get("state", ()):
                continue
            if re.fullmatch(pattern, node.get("label", ""), re.DOTALL):
                return node
        return None

    def search(self, pattern):
        """The first match of a regular expression in any label or value, or None."""
        for node in self.nodes:
            for text in (node.get("label", ""), node.get("value", "")):
                if found := re.search(pattern, text):
                    return found
        return None


class Kiosk:
    """One connection to the socket."""

    def __init__(self, path):
        self.socket = connect(path)
        self.rest = b""

    def close(self):
        self.socket.close()

    def ask(self, request):
        """Sends a request; gives the lines of the reply, the last one included."""
        self.socket.sendall(request.encode() + b"\n")
        lines, size = [], 0
        while True:
            while b"\n" not in self.rest:
                part = self.socket.recv(65536)
                if not part:
                    raise TreeError(f"the kiosk hung up on: {request}")
                size += len(part)
                if size > REPLY_BYTES_MAX:
                    raise TreeError(f"endless reply to: {request}")
                self.rest += part
            line, self.rest = self.rest.split(b"\n", 1)
            lines.append(json.loads(line))
            if lines[-1].get("end"):
                return lines

    def act(self, request):
        """An action; gives {"ok", "screen", "frame"} or raises with the kiosk's reason."""
        answer = self.ask(request)[-1]
        if not answer.get("ok"):
            raise TreeError(f"{request}: {answer.get('why', 'refused')}")
        return answer

    def tree(self):
        lines = self.ask("tree")
        head = lines[0]
        if "screen" not in head:
            raise TreeError(f"tree: {head.get('why', 'refused')}")
        nodes = [line for line in lines if "role" in line]
        return Tree(head["screen"], head.get("frame", 0), nodes)

    def tap(self, label, nth=1):
        return self.act(f"tap {label}" if nth == 1 else f"tap {label} #{nth}")

    def tap_node(self, node):
        x, y, width, height = node["rect"]
        return self.act(f"tap @{x + width // 2},{y + height // 2}")

    def type(self, text):
        return self.act(f"type {text}")

    def scan(self, text):
        return self.act(f"scan {text}")

    def key(self, name):
        return self.act(f"key {name}")

    def back(self):
        return self.act("back")

    def shot(self, path):
        return self.act(f"shot {path}")

    def wait(self, screen, milliseconds):
        return self.act(f"wait {screen} {milliseconds}")


def connect(path):
    """The kiosk makes its socket when its window is open; until then there is nobody to ask."""
    until = time.monotonic() + CONNECT_SECONDS_MAX
    while True:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(REPLY_SECONDS_MAX)
        try:
            link.connect(str(path))
            return link
        except OSError as error:
            link.close()
            if time.monotonic() > until:
                raise TreeError(f"no kiosk at {path}: {error}") from error
            time.sleep(0.05)
