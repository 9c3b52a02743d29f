"""A bad line: a TCP proxy in threads that a test cuts, delays and stalls by method calls, and that
doubles, swaps and answers requests anew (proxy_http.py)."""

import random
import socket
import struct
import threading

import proxy_http

CHUNK_BYTES_MAX = 16384
CONNECT_SECONDS_MAX = 5
# SO_LINGER with zero seconds: closing sends a reset instead of a farewell.
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on a free loopback port and passes everything to `target` = (host, port)."""

    def __init__(self, target, seed=1):
        self.target = target
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.links = []
        self.delay_s = 0.0
        self.is_cut = False
        self.tear_bytes = None
        self.faults = proxy_http.Faults(seed)
        self.flowing = threading.Event()
        self.flowing.set()
        self.closing = threading.Event()
        self.carried_bytes = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()

    def cut(self):
        """Breaks all connections with a reset and every new one, until restore()."""
        with self.lock:
            self.is_cut = True
        self._break_all()

    def stall(self):
        """Connections stay and new ones are accepted, but no byte passes, until restore()."""
        self.flowing.clear()

    def delay(self, seconds):
        """Every piece is that much late, until restore()."""
        self.delay_s = seconds

    def tear(self, bytes_max):
        """Each new connection breaks after a random number of bytes, until restore()."""
        self.tear_bytes = bytes_max

    def confuse(self, double=0.0, replay=0.0, reorder=0.0):
        """On each new connection such shares of the requests come twice, get an old answer of the
        same kind, or are overtaken by the next one, until restore()."""
        self.faults.double, self.faults.replay, self.faults.reorder = double, replay, reorder

    def restore(self):
        with self.lock:
            self.is_cut = False
        self.confuse()
        self.tear_bytes = None
        self.delay_s = 0.0
        self.flowing.set()

    def close(self):
        self.closing.set()
        self.flowing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._break_all()

    def _break_all(self):
        with self.lock:
            links, self.links = self.links, []
        for link in links:
            link.reset()

    def _accept(self):
        while not self.closing.is_set():
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                is_cut = self.is_cut
            if is_cut:
                reset(near)
                continue
            try:
                far = socket.create_connection(self.target, CONNECT_SECONDS_MAX)
            except OSError:
                reset(near)
                continue
            far.settimeout(None)
            budget = None if self.tear_bytes is None else self.random.randint(0, self.tear_bytes)
            link = Link(self, near, far, budget)
            with self.lock:
                self.links.append(link)
            link.start()


class Link:
    """One connection: two threads, one for each direction, and what may still pass."""

    def __init__(self, proxy, near, far, budget):
        self.proxy, self.near, self.far, self.budget = proxy, near, far, budget
        self.lock = threading.Lock()

    def start(self):
        if self.proxy.faults.are_on():
            threading.Thread(target=self._confuse, daemon=True).start()
            return
        for source, sink in ((self.near, self.far), (self.far, self.near)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def reset(self):
        reset(self.near)
        reset(self.far)

    def _allowed(self, count):
        """How many of these bytes may pass before the line tears."""
        with self.lock:
            if self.budget is None:
                return count
            allowed = min(count, self.budget)
            self.budget -= allowed
            return allowed

    def _confuse(self):
        try:
            proxy_http.serve(self.proxy.faults, self.proxy.target, self.near, self.far)
        except (OSError, ValueError, proxy_http.Closed):
            pass
        self.reset()

    def _carry(self, source, sink):
        proxy = self.proxy
        try:
            while data := source.recv(CHUNK_BYTES_MAX):
                if proxy.delay_s:
                    proxy.closing.wait(proxy.delay_s)
                proxy.flowing.wait()
                allowed = self._allowed(len(data))
                sink.sendall(data[:allowed])
                proxy.carried_bytes += allowed
                if allowed < len(data):
                    self.reset()
                    return
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.reset()


def reset(link):
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    link.close()
