"""What a bad line does to whole requests: doubles them, answers with an old answer, swaps their order."""

import collections
import random
import socket
import threading

HEAD_BYTES_MAX = 64 << 10
CONNECT_SECONDS_MAX = 5
HELD_SECONDS_MAX = 0.5  # a request is overtaken within this, or not at all
OLD_MAX = 16


class Closed(Exception):
    """The other side has hung up."""


class Reader:
    """Whole messages of HTTP/1.1 with Content-Length, as our programs send them."""

    def __init__(self, link):
        self.link, self.rest = link, b""

    def more(self):
        part = self.link.recv(16384)
        if not part:
            raise Closed
        self.rest += part

    def message(self, has_body=True):
        """(head, all bytes)."""
        while b"\r\n\r\n" not in self.rest:
            if len(self.rest) > HEAD_BYTES_MAX:
                raise Closed
            self.more()
        head = self.rest.split(b"\r\n\r\n", 1)[0]
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length" and has_body:
                length = int(value)
        size = len(head) + 4 + length
        while len(self.rest) < size:
            self.more()
        whole, self.rest = self.rest[:size], self.rest[size:]
        return head, whole


class Faults:
    """Each share is the probability, of 0 … 1, that a request meets that fault. Threads: any."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.double = self.replay = self.reorder = 0.0
        self.old = {}
        self.overtaken = threading.Condition(self.lock)
        self.passed = 0
        self.met = collections.Counter()

    def are_on(self):
        return bool(self.double or self.replay or self.reorder)

    def draws(self, name):
        """Whether it happens now; counted."""
        with self.lock:
            it_does = self.random.random() < getattr(self, name)
            self.met[name] += it_does
            return it_does

    def hold(self):
        """Until another request has gone past, on whatever connection."""
        with self.overtaken:
            before = self.passed
            self.overtaken.wait_for(lambda: self.passed > before, HELD_SECONDS_MAX)

    def pass_on(self):
        with self.overtaken:
            self.passed += 1
            self.overtaken.notify_all()

    def keep(self, what, answer):
        with self.lock:
            self.old.setdefault(what, collections.deque(maxlen=OLD_MAX)).append(answer)

    def old_answer(self, what):
        with self.lock:
            kept = self.old.get(what)
            return self.random.choice(kept) if kept else None


def ask(target, request):
    """The answer to one request, over a connection of its own."""
    with socket.create_connection(target, CONNECT_SECONDS_MAX) as far:
        far.settimeout(None)
        far.sendall(request)
        return answer(Reader(far), request)


def answer(reader, request):
    return reader.message(has_body=not request.startswith(b"HEAD "))[1]


def serve(faults, target, near, far):
    """Carries whole requests over this connection until one side hangs up."""
    requests, answers = Reader(near), Reader(far)
    while True:
        head, request = requests.message()
        # The same path of the same kiosk: what it was told before.
        fields = [line for line in head.split(b"\r\n")[1:]
                  if line.lower().startswith(b"x-kiosk-inc")]
        what = (head.split(b"?")[0].split(b" HTTP")[0], *fields)
        if faults.draws("reorder"):
            faults.hold()
        if faults.draws("double"):
            try:
                ask(target, request)
            except (OSError, Closed):
                pass
        if faults.draws("replay") and (old := faults.old_answer(what)):
            near.sendall(old)
            continue
        far.sendall(request)
        got = answer(answers, request)
        faults.pass_on()  # the answer shows that it was heard
        faults.keep(what, got)
        near.sendall(got)
