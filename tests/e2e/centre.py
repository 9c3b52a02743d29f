"""A real centre in a folder of its own, and a small kiosk that speaks its protocol.

The kiosk shares no code with ours: it signs with libsodium through ctypes and writes its own JSON.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

import postgres

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LYVUE_BUILD", ROOT / "build" / "dev"))
DEMO = ROOT / "assets" / "demo"
HALL = "141182000"
START = "2026-03-04T08:40"
WAIT_S = 20

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
sodium.sodium_init()


def sign_pair():
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    sodium.crypto_sign_keypair(public, secret)
    return public.raw, secret.raw


def sign(secret, message):
    out = ctypes.create_string_buffer(64)
    sodium.crypto_sign_detached(out, None, message, ctypes.c_ulonglong(len(message)), secret)
    return out.raw


def seal(public, plain):
    """A sealed box, padded to 256 bytes first (ISO 7816-4)."""
    padded = plain + b"\x80" + bytes(255 - len(plain))
    out = ctypes.create_string_buffer(len(padded) + 48)
    sodium.crypto_box_seal(out, padded, ctypes.c_ulonglong(len(padded)), public)
    return out.raw


def ticket_code():
    """Seven random digits and the check digit of ISO 7064 MOD 11,10."""
    digits = [secrets.randbelow(10) for _ in range(7)]
    product = 10
    for digit in digits:
        product = (product + digit) % 10 or 10
        product = product * 2 % 11
    return "".join(map(str, digits)) + str((11 - product) % 10)


def name_of(problem):
    """Of a problem document."""
    return problem["type"].removeprefix("/e/")


def new_database():
    """A conninfo, where the tests run beside a PostgreSQL (postgres.py); else None: a file."""
    server = os.environ.get("LYVUE_PG")
    if not server:
        return None
    name = "centre_" + secrets.token_hex(8)
    postgres.sql(server, f"CREATE DATABASE {name} TEMPLATE template0")
    return f"{server} dbname={name}"


class Centre:
    """lvyue-server on a temporary folder. Use as a context manager."""

    def __init__(self, start=START, port=0, **settings):
        if database := settings.get("database") or new_database():
            settings["database"] = database
        self.folder = tempfile.TemporaryDirectory(prefix="lvyue-centre-")
        self.dir = pathlib.Path(self.folder.name)
        self.data = self.dir / "data"
        self.config = self.dir / "server.conf"
        self.process = None
        self.port = None
        lines = ["[server]", f"data = {self.data}", f"port = {port}"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        self.since_ms = int(time.time() * 1000)
        if start:
            lines += ["[demo]", "demo = yes", f"start = {start}", f"since = {self.since_ms}"]
        self.config.write_text("\n".join(lines) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def admin(self, command, *args, check=True):
        """Runs lvyue-admin; answers (exit code, lines)."""
        done = subprocess.run([BUILD / "lvyue-admin", command, "--config", self.config,
                               *map(str, args)], capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
        self.said = done.stderr
        return done.returncode, done.stdout.splitlines()

    def fill(self, publish=True):
        """The demo's county."""
        self.admin("init")
        self.admin("import-sites", DEMO / "sites.csv")
        self.admin("import-holidays", DEMO / "holidays-2026.json")
        self.admin("import-roster", DEMO / "roster.csv")
        if publish:
            self.admin("publish", "--articles", ROOT / "assets" / "content")

    def serve(self):
        self.log = open(self.dir / "server.log", "w+")
        self.process = subprocess.Popen([BUILD / "lvyue-server", "--config", self.config],
                                        stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(r"listening on 127.0.0.1:(\d+)", self.log_text()):
                self.port = int(found[1])
                return
            time.sleep(0.02)
        raise AssertionError(f"no server: {self.log_text()}")

    def log_text(self):
        return (self.dir / "server.log").read_text()

    def stop(self, how=signal.SIGTERM):
        """Ends the server; answers its exit code and the seconds it took."""
        if not self.process:
            return None
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(WAIT_S)
        self.process = None
        self.log.close()
        return code, time.monotonic() - began

    def ask(self, method, target, body=None, fields=None, timeout=WAIT_S):
        """One request: (status, body as JSON or bytes, fields)."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            link.request(method, target, body, fields or {})
            reply = link.getresponse()
            data = reply.read()
            kind = reply.headers.get("Content-Type", "")
            is_json = "json" in kind and data
            return reply.status, json.loads(data) if is_json else data, reply.headers
        finally:
            link.close()


class Kiosk:
    """One life of a kiosk's database."""

    def __init__(self, centre, key=None):
        self.centre = centre
        self.public, self.secret = key or sign_pair()
        self.inc = secrets.token_hex(16)
        self.id = None
        self.gen = None
        self.created = None  # a clock that is wrong
        self.op_seq = 0
        self.op_hash = bytes(32)
        self.acked = 0
        self.pos = {"c": 0, "s": 0, "d": 0}
        self.rows = {}

    def fields(self, method, target, body):
        path, _, query = target.partition("?")
        digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
        created = int(time.time()) if self.created is None else self.created
        authority = f"127.0.0.1:{self.centre.port}"
        params = ('("@method" "@authority" "@path" "@query" "content-digest" "x-kiosk-inc")'
                  f';created={created};keyid="{self.id}";alg="ed25519";tag="kiosk1"')
        base = "\n".join((f'"@method": {method}', f'"@authority": {authority}',
                          f'"@path": {path}', f'"@query": ?{query}',
                          f'"content-digest": {digest}', f'"x-kiosk-inc": {self.inc}',
                          f'"@signature-params": {params}'))
        signature = base64.b64encode(sign(self.secret, base.encode())).decode()
        return {"Content-Digest": digest, "X-Kiosk-Inc": self.inc,
                "Signature-Input": f"k={params}", "Signature": f"k=:{signature}:"}

    def ask(self, method, target, body=b"", **changes):
        """A signed request; `changes` spoil fields of it after signing."""
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        fields = self.fields(method, target, body)
        for name, value in changes.items():
            fields[name.replace("_", "-")] = value
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.centre.ask(method, target, body or None, fields)

    def enrol(self, site=HALL, role="desk"):
        status, codes, _ = self.centre.ask("POST", "/v1/enrol", json.dumps(
            {"sign_pk": self.public.hex(), "model": "test", "app": "0.1", "inc_id": self.inc,
             "role": role}))
        assert status == 200, codes
        poll = json.dumps({"device_code": codes["device_code"]})
        assert self.centre.ask("POST", "/v1/enrol/poll", poll)[1]["state"] == "pending"
        self.centre.admin("enrol", codes["user_code"], site)
        status, known, _ = self.centre.ask("POST", "/v1/enrol/poll", poll)
        assert status == 200, known
        self.id = known["kiosk"]
        return known

    def hello(self, **members):
        body = {"inc_id": self.inc, "app": "0.1", "op_seq": self.op_seq, "pos": self.pos,
                "heard": self.acked, "unsent": 0, "content": 0,
                "clock": {"wall_ms": int(time.time() * 1000), "trust": "synced"}}
        if self.gen:
            body["gen"] = self.gen
        reply = self.ask("POST", "/v1/d/hello", body | members)
        if reply[0] == 200:
            self.gen = reply[1]["gen"]
            self.letter = reply[1]["letter"]
        return reply

    def start(self, site=HALL):
        self.enrol(site)
        status, told, _ = self.hello()
        assert status == 200, told
        return self

    def feed_target(self, wait=0):
        at = "&".join(f"{name}={seq}" for name, seq in self.pos.items())
        return f"/v1/d/feed?{at}&gen={self.gen}&heard={self.acked}&wait={wait}"

    def take(self, page):
        assert page["from"] == self.pos, page
        for row in page["rows"]:
            self.rows[row["s"], row["k"], row["id"]] = row.get("v")
        self.pos = page["to"]
        return page

    def pull(self, wait=0):
        """All pages there are now."""
        while True:
            status, page, _ = self.ask("GET", self.feed_target(wait))
            assert status == 200, page
            self.take(page)
            if not page["more"]:
                return page

    def of_kind(self, kind):
        return {key[2]: value for key, value in self.rows.items() if key[1] == kind and value}

    def op(self, kind, **members):
        """The next line of the log, as (text, hash before it)."""
        self.op_seq += 1
        text = json.dumps({"seq": self.op_seq, "at": int(time.time() * 1000), "trust": "synced",
                           "kind": kind} | members, ensure_ascii=False, separators=(",", ":"))
        before = self.op_hash
        self.op_hash = hashlib.sha256(before + text.encode()).digest()
        return text, before

    def batch(self, ops, **members):
        """The body for ops as given by op()."""
        first = json.loads(ops[0][0])["seq"] if ops else self.op_seq + 1
        prev = ops[0][1] if ops else self.op_hash
        return {"gen": self.gen, "heard": self.acked, "from": first, "prev": prev.hex(),
                "ops": [text for text, _ in ops]} | members

    def push(self, *ops):
        status, told, _ = self.ask("POST", "/v1/d/ops", self.batch(ops))
        if status == 200:
            self.acked = told["acked"]
        return status, told

    def sealed(self, booking, phone="13800000001", addr="王先生", topic="work", inc=None):
        plain = {"v": 1, "booking": booking, "inc": inc or self.inc, "phone": phone,
                 "addr": addr, "topic": topic}
        root = self.centre.ask("GET", "/v1/c/root.1.json")[1]
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.b64encode(seal(bytes.fromhex(root["box"]), text)).decode()

    def sale(self, basis, sitting, seat, epoch=None, **contact):
        booking = secrets.token_hex(16)
        members = {"booking": booking, "basis": basis, "seat": seat}
        if epoch is not None:
            members["epoch"] = epoch
        return booking, self.op("book", **members, sitting=sitting, code=ticket_code(),
                                pin_h=secrets.token_hex(16),
                                sealed=self.sealed(booking, **contact))
