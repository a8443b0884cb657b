"""`make simulate SEEDS=1000`: many seeds, or one with a trace: `make simulate SEED=7`.

Failing seeds are printed with the command that replays them. The faults that fired are counted, and what risk officers
did; one that never fired, or was never done, fails the run: what was not tried is not proven.
"""

import argparse
import sys
import time
from collections import Counter
from functools import partial
from multiprocessing import get_context

from simulation.faults import Fault
from simulation.restraint import Deed
from simulation.run import ACTIONS, Outcome, run_seed

SEEDS_PER_TASK = 5
TASKS_PER_PROCESS = 20
SEEDS_THAT_TRY_ALL = 100


def main() -> int:
    """Run, print, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds, from --first on")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seed", type=int, help="one seed, with a trace of everything that happened")
    parser.add_argument("--actions", type=int, default=ACTIONS, help="how much traders do in each")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return _trace(chosen.seed, chosen.actions)
    return _many(range(chosen.first, chosen.first + chosen.seeds), chosen.actions, chosen.workers)


def _trace(seed: int, actions: int) -> int:
    outcome = run_seed(seed, print, actions=actions)
    print(f"seed {seed}: {outcome.problem or 'everything held'}")
    return 1 if outcome.problem else 0


def _many(seeds: range, actions: int, workers: int) -> int:
    started = time.monotonic()
    fired: Counter[Fault] = Counter()
    deeds: Counter[Deed] = Counter()
    events: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    failed: list[Outcome] = []
    # Not concurrent.futures: its pool may wait for ever once a process has done all its tasks (python/cpython#115634).
    with get_context("spawn").Pool(workers, maxtasksperchild=TASKS_PER_PROCESS) as pool:
        for outcome in pool.imap(partial(run_seed, actions=actions), seeds, chunksize=SEEDS_PER_TASK):
            fired += outcome.fired
            deeds += outcome.deeds
            events += outcome.events
            totals.update(orders=outcome.orders, steps=outcome.steps, hours=int(outcome.virtual_seconds))
            if outcome.problem is not None:
                failed.append(outcome)
                print(f"seed {outcome.seed}: {outcome.problem[:500]}\n  replay: make simulate SEED={outcome.seed}")
    took = time.monotonic() - started
    tried = [*((fault, fired[fault]) for fault in Fault), *((deed, deeds[deed]) for deed in Deed)]
    for name, happened in (*tried, *sorted(events.items())):
        print(f"  {happened:>8,}  {name}")
    untried = [name for name, happened in tried if not happened] if len(seeds) >= SEEDS_THAT_TRY_ALL else []
    print(
        f"{len(seeds):,} seeds in {took:.0f} s: {totals['orders']:,} orders, {totals['steps']:,} steps,"
        f" {totals['hours'] / 3600:.0f} hours of virtual time; {len(failed)} failed"
    )
    if untried:
        print(f"never happened: {', '.join(untried)}")
    return 1 if failed or untried else 0


if __name__ == "__main__":
    sys.exit(main())
