"""What is measured: each function below gives the lines of one figure, for one size of county."""
import statistics

import place

SEATS_FEW = 5
PAGE = "/v1/c/root.1.json"


def line(name, size, value, unit, **more):
    """`goal` is a word and a number: the ratio to the peer, or the value where there is no peer, must
    be at least or at most that."""
    out = {"name": name, "size": size, "value": value, "unit": unit, "peer": None, "goal": None,
           "note": ""} | more
    if out["peer"]:
        out["ratio"] = value / out["peer"][1]
    if out["goal"]:
        word, limit = out["goal"]
        got = out.get("ratio", value)
        out["met"] = got >= limit if word == ">=" else got <= limit
    return out


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def text(f):
    """A figure as a line to read."""
    words = [f"{f['name']:<19}{f['size']['kiosks']:>6} kiosks {number(f['value']):>7} {f['unit']}"]
    if f["note"]:
        words.append(f["note"])
    if f["peer"]:
        words.append(f"peer {number(f['peer'][1])} ({f['peer'][0]}), ratio {f['ratio']:.2f}")
    if f["goal"]:
        words.append(f"goal {f['goal'][0]} {f['goal'][1]:g}: {'met' if f['met'] else 'NOT MET'}")
    if "growth" in f:
        words.append(f"growth {f['growth']:.2f}")
    return "; ".join(words)


def per_s(told, what):
    return told[what] * 1e6 / told["us"]


def seconds(told, *names):
    return ", ".join(f"{name} {told[name + '_us'] / 1e6:.3f} s" for name in names)


def bookings_ours(here, size, on_pg, batch, count):
    with here.serve(size, on_pg) as server:
        told = server.tool("book", batch=batch, bookings=count)
        if told["confirmed"] != count:
            raise place.Wrong(f"{count} bookings: {told}")
        server.expect(count)
        return per_s(told, "confirmed")


def bookings_peer(here, size, on_pg, count):
    """The store's statements alone, on a fresh copy."""
    data, database = here.copy(size, on_pg)
    fresh_data, fresh_database = here.copy(size, on_pg)
    group, batch = (8, 8) if on_pg else (64, 16)
    told = here.tool("peer", data, database, fresh=fresh_database or fresh_data, group=group,
                     batch=batch, bookings=count)
    return per_s(told, "confirmed")


def bookings(here, size, on_pg, name, peer, goal):
    count = here.effort.bookings
    ours, theirs, single = [], [], []
    for _ in range(here.effort.rounds):
        ours.append(bookings_ours(here, size, on_pg, 16, count))
        theirs.append(bookings_peer(here, size, on_pg, count))
        single.append(bookings_ours(here, size, on_pg, 1, count // 4))
    peer = (peer, statistics.median(theirs))
    yield line(name, size, statistics.median(ours), "bookings/s", note="batches of 16", peer=peer,
               goal=(">=", goal))
    yield line(name, size, statistics.median(single), "bookings/s", note="batches of 1", peer=peer)


def server_bookings(here, size):
    """Durable bookings over HTTP."""
    return bookings(here, size, False, "server.bookings", "the statements alone, groups of 64", 0.4)


def server_bookings_pg(here, size):
    return bookings(here, size, True, "server.bookings_pg",
                    "the statements alone, 8 clients, pipelined, 8 a commit", 0.5)


def hot(here, size, on_pg, program):
    with here.serve(size, on_pg, program) as server:
        told = server.tool("hot", ms=here.effort.hot_ms, sales=here.effort.hot_sales)
        server.expect(told["confirmed"])
        if told["confirmed"] < 50 * told["sold_out"]:
            raise place.Wrong(f"a sitting was said to be sold out and was not: {told}")
        return per_s(told, "attempts")


def server_hot_seat(here, size):
    """One sitting after another sells out, and everybody wants the same seat."""
    ours, theirs, pg = [], [], []
    for _ in range(here.effort.rounds):
        ours.append(hot(here, size, False, "lvyue-server"))
        theirs.append(hot(here, size, True, "lvyue-server-single"))
        pg.append(hot(here, size, True, "lvyue-server"))
    peer = ("PostgreSQL, groups of 1", statistics.median(theirs))
    yield line("server.hot_seat", size, statistics.median(ours), "attempts/s", peer=peer,
               goal=(">=", 3))
    yield line("server.hot_seat", size, statistics.median(pg), "attempts/s", note="PostgreSQL",
               peer=peer)


def server_poll(here, size):
    """All kiosks hang in a poll; one sale is told to all of them."""
    with here.serve(size) as server:
        told = server.tool("poll", rounds=here.effort.rounds)
        server.expect(here.effort.rounds)
    yield line("server.poll", size, told["pss_kb"] / 1024, "MiB held", goal=("<=", 200))
    yield line("server.poll", size, told["p99_us"] / 1e6, "s until p99 knows", goal=("<=", 2),
               note=seconds(told, "p50", "max"))


def server_read(here, size):
    """The processor's time of one request."""
    ours, theirs, feed = [], [], []
    count = here.effort.reads
    for _ in range(here.effort.rounds):
        with here.serve(size) as server:
            ours.append(here.read(server.data, server.port, [server.pid], count, PAGE))
            feed.append(here.read(server.data, server.port, [server.pid], count // 5))
        with here.nginx() as (port, pids):
            theirs.append(here.read(here.dir, port, pids, count, "/"))
    peer = ("nginx return 200", statistics.median(theirs))
    yield line("server.read", size, statistics.median(ours), "us/request", peer=peer,
               goal=("<=", 3))
    yield line("server.read", size, statistics.median(feed), "us/request", note="the signed feed",
               peer=peer)


def server_rush(here, size):
    """Every kiosk at once on one sitting of five seats."""
    with here.serve(size) as server:
        told = server.tool("rush")
        if told["confirmed"] != SEATS_FEW:
            raise place.Wrong(f"five seats: {told}")
        server.expect(SEATS_FEW)
    note = (f"{told['clients']:,} clients, {told['confirmed']} confirmed, "
            f"{told['turned_away']:,} told to ask again; {seconds(told, 'p50', 'max')}")
    yield line("server.rush", size, told["p99_us"] / 1e6, "s until p99 is told", note=note)


def server_swarm(here, size):
    """All kiosks live: they hang, hear of each sale and hang again, while visitors book."""
    with here.serve(size) as server:
        told = server.tool("swarm", sales=here.effort.swarm_sales, every_ms=here.effort.swarm_ms)
        server.expect(here.effort.swarm_sales)
    note = (f"{seconds(told, 'p50', 'max')}; {told['polls']:,} polls answered, "
            f"{told['pss_kb'] / 1024:.0f} MiB")
    yield line("server.swarm", size, told["p99_us"] / 1e6, "s p99 of a booking", note=note)


FIGURES = {"server.bookings": server_bookings, "server.bookings_pg": server_bookings_pg,
           "server.hot_seat": server_hot_seat, "server.poll": server_poll,
           "server.read": server_read, "server.rush": server_rush, "server.swarm": server_swarm}
ALL = list(FIGURES)


def measure(here, name, sizes):
    """The lines of a figure, the larger county's with the growth since the smaller."""
    smaller = []
    for size in sizes:
        lines = list(FIGURES[name](here, size))
        for at, now in enumerate(lines):
            if smaller:
                now["growth"] = now["value"] / smaller[at]["value"]
            yield now
        smaller = lines
