"""The venue simulators: how many orders each takes on one core by REST and by socket, how fast, and what they leave.

`*_orders_per_second` is how many orders are placed, limit orders that rest and market orders that fill at once in turn;
what rests is canceled between the rounds, off the clock. `*_orders_with_cancels_per_second` counts the same orders when
each limit order is canceled at once, on the clock: two orders in three requests. `*_ms_p50` is the round trip of any of
the three with nothing else in flight, `*_cpu_us_per_order` the server's processor time for an order placed. The peer is
aiohttp alone, which only echoes the same messages: `*_ratio_to_aiohttp` is our throughput of orders over its own.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from itertools import count
from statistics import median
from typing import NamedTuple

import uvloop

from benchmarks.raw_client import Lane, frame
from benchmarks.simulator_process import (
    ServerProcess,
    peer_process,
    pinned_to,
    server_and_client_core,
    simulator_process,
)
from benchmarks.venue_dialects import Dialect, Step, dialects, host_of

LANES = 32
ROUNDS = 5
CYCLES_PER_LANE = 25
WARM_UP_CYCLES = 10
CYCLES_ALONE = 200
ORDERS_PER_CYCLE = 2

MEMORY_ORDERS = int(os.environ.get("VENUESIM_BENCH_ORDERS", "400000"))
"""How many orders the memory run places over all venues: what is kept in memory is full after 160,000 of them."""

MEMORY_REPORTS = 10
MEMORY_LANES_PER_VENUE = 8
MEMORY_CYCLES_PER_BATCH = 100
"""Requests are signed a batch at a time, so that none is too old when its turn comes."""

_numbers = count(1)


class Run(NamedTuple):
    """What some orders took: seconds of the clock, of the server's processor, and of each message."""

    orders: int
    seconds: float
    cpu_seconds: float
    each: list[float]

    @property
    def orders_per_second(self) -> float:
        """Orders placed in a second."""
        return self.orders / self.seconds


def measure() -> dict[str, float]:
    """`venuesim.*`: orders per second, milliseconds, processor time, ratios to the peer, and memory."""
    server_core, client_core = server_and_client_core()
    venues = dialects()
    figures: dict[str, float] = {}
    with pinned_to(client_core):
        for dialect in venues:
            with simulator_process([dialect], core=server_core) as simulator, peer_process(core=server_core) as peer:
                figures |= uvloop.run(_measure_venue(dialect, simulator, peer))
        with simulator_process(venues, core=server_core) as simulator:
            figures |= uvloop.run(_measure_memory(venues, simulator))
    for name, value in figures.items():
        print(f"{name}: {value:,.3f}")
    return figures


# Speed


async def _measure_venue(dialect: Dialect, simulator: ServerProcess, peer: ServerProcess) -> dict[str, float]:
    return {
        **await _measure_transport(dialect, "rest", simulator, peer),
        **await _measure_transport(dialect, "socket", simulator, peer),
    }


async def _measure_transport(
    dialect: Dialect, transport: str, simulator: ServerProcess, peer: ServerProcess
) -> dict[str, float]:
    ours = await _open_lanes(dialect, transport, simulator, LANES)
    theirs = await _open_peer_lanes(peer, transport, LANES)
    await _run(dialect, transport, ours, WARM_UP_CYCLES, simulator)
    await _run(dialect, transport, theirs, WARM_UP_CYCLES, peer, check=bool)
    runs, mixed_runs, peer_runs = [], [], []
    for _ in range(ROUNDS):  # In turn, so that a noisy machine disturbs all.
        runs.append(await _place(dialect, transport, ours, simulator))
        mixed_runs.append(await _run(dialect, transport, ours, CYCLES_PER_LANE, simulator))
        peer_runs.append(await _place(dialect, transport, theirs, peer, check=bool))
    alone = await _run(dialect, transport, ours[:1], CYCLES_ALONE, simulator)
    for lane in (*ours, *theirs):
        lane.close()
    per_second = median(run.orders_per_second for run in runs)
    cpu_seconds = sum(run.cpu_seconds for run in runs)
    name = f"venuesim.{dialect.name}.{transport}"
    return {
        f"{name}_orders_per_second": per_second,
        f"{name}_orders_with_cancels_per_second": median(run.orders_per_second for run in mixed_runs),
        f"{name}_ms_p50": median(alone.each) * 1000,
        f"{name}_cpu_us_per_order": cpu_seconds / sum(run.orders for run in runs) * 1e6,
        f"{name}_ratio_to_aiohttp": per_second / median(run.orders_per_second for run in peer_runs),
    }


async def _open_lanes(dialect: Dialect, transport: str, server: ServerProcess, number: int) -> list[Lane]:
    if transport == "rest":
        return [await Lane.open(dialect.rest_url(server.urls)) for _ in range(number)]
    url = dialect.socket_url(server.urls)
    return [await Lane.open_socket(url, dialect.opening(), dialect.is_done) for _ in range(number)]


async def _open_peer_lanes(peer: ServerProcess, transport: str, number: int) -> list[Lane]:
    if transport == "rest":
        return [await Lane.open(peer.urls["rest"]) for _ in range(number)]
    return [await Lane.open_socket(peer.urls["ws"], [], bool) for _ in range(number)]


async def _place(
    dialect: Dialect,
    transport: str,
    lanes: Sequence[Lane],
    server: ServerProcess,
    check: Callable[[bytes], bool] | None = None,
) -> Run:
    """Place orders on every lane; what rests is canceled afterwards, off the clock."""
    cycles = [[_cycle() for _ in range(CYCLES_PER_LANE)] for _ in lanes]
    placing = [[step for cycle in own for step in cycle if step.kind != "cancel"] for own in cycles]
    canceling = [[step for cycle in own for step in cycle if step.kind == "cancel"] for own in cycles]
    run = await _send(dialect, transport, lanes, placing, server, check)
    await _send(dialect, transport, lanes, canceling, server, check)
    return run


async def _run(
    dialect: Dialect,
    transport: str,
    lanes: Sequence[Lane],
    cycles_per_lane: int,
    server: ServerProcess,
    check: Callable[[bytes], bool] | None = None,
) -> Run:
    steps = [[step for _ in range(cycles_per_lane) for step in _cycle()] for _ in lanes]
    return await _send(dialect, transport, lanes, steps, server, check)


async def _send(
    dialect: Dialect,
    transport: str,
    lanes: Sequence[Lane],
    steps: Sequence[Sequence[Step]],
    server: ServerProcess,
    check: Callable[[bytes], bool] | None,
) -> Run:
    messages = [_messages(dialect, transport, server, own) for own in steps]
    cpu_before, loop = server.cpu_seconds(), asyncio.get_running_loop()
    started = loop.time()
    each = await asyncio.gather(
        *(lane.run(batch, check or dialect.is_done) for lane, batch in zip(lanes, messages, strict=True))
    )
    return Run(
        orders=sum(step.kind != "cancel" for own in steps for step in own),
        seconds=loop.time() - started,
        cpu_seconds=server.cpu_seconds() - cpu_before,
        each=[seconds for lane in each for seconds in lane],
    )


def _messages(dialect: Dialect, transport: str, server: ServerProcess, steps: Sequence[Step]) -> list[bytes]:
    if transport == "socket":
        return [frame(dialect.frame(step).encode()) for step in steps]
    host = host_of(dialect.rest_url(server.urls)) if dialect.exchange in server.urls else host_of(server.urls["rest"])
    return [dialect.request(step, host) for step in steps]


def _cycle() -> list[Step]:
    number = next(_numbers)
    resting = f"bench{number}l"
    return [
        Step("limit", resting, "buy"),
        Step("cancel", resting, "buy"),
        Step("market", f"bench{number}m", "buy" if number % 2 else "sell"),
    ]


# Memory


async def _measure_memory(venues: Sequence[Dialect], simulator: ServerProcess) -> dict[str, float]:
    """Place orders at all venues of one process; the growth is that of the second half, when everything is full."""
    lanes = [(dialect, await _open_lanes(dialect, "rest", simulator, MEMORY_LANES_PER_VENUE)) for dialect in venues]
    orders = MEMORY_ORDERS // MEMORY_REPORTS
    batches = max(1, orders // (len(lanes) * MEMORY_LANES_PER_VENUE * MEMORY_CYCLES_PER_BATCH * ORDERS_PER_CYCLE))
    orders = batches * len(lanes) * MEMORY_LANES_PER_VENUE * MEMORY_CYCLES_PER_BATCH * ORDERS_PER_CYCLE
    memory = []
    for number in range(MEMORY_REPORTS):
        for _ in range(batches):
            for dialect, own in lanes:
                await _run(dialect, "rest", own, MEMORY_CYCLES_PER_BATCH, simulator)
        memory.append(simulator.memory_mb())
        print(f"after {(number + 1) * orders:,} orders: {memory[-1]:,.1f} MB", flush=True)
    middle = MEMORY_REPORTS // 2 - 1
    growth = (memory[-1] - memory[middle]) / (orders * (MEMORY_REPORTS - 1 - middle))
    return {"venuesim.memory_mb": memory[-1], "venuesim.memory_mb_growth_per_million_orders": growth * 1e6}


if __name__ == "__main__":
    measure()
