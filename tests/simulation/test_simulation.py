"""Two hundred seeds, each a history of its own: whatever breaks, nothing is lost, doubled, stuck or different."""

from collections import Counter
from typing import ClassVar

import pytest

from simulation.faults import Fault
from simulation.restraint import Deed
from simulation.run import run_seed

SEEDS_PER_TEST = 10


def _hold(seeds: range, fired: Counter[Fault], deeds: Counter[Deed]) -> None:
    for seed in seeds:
        outcome = run_seed(seed)
        assert outcome.problem is None, f"seed {seed}: {outcome.problem}; replay: make simulate SEED={seed}"
        fired += outcome.fired
        deeds += outcome.deeds


class TestTheFirstHundred:
    """Seeds 1 to 100. In classes, so that two workers share them."""

    fired: ClassVar[Counter[Fault]] = Counter()
    deeds: ClassVar[Counter[Deed]] = Counter()

    @pytest.mark.parametrize("first", range(1, 101, SEEDS_PER_TEST))
    def test_everything_holds(self, first: int) -> None:
        _hold(range(first, first + SEEDS_PER_TEST), self.fired, self.deeds)

    def test_every_fault_was_really_tried(self) -> None:
        untried = [fault for fault in Fault if not self.fired[fault]]
        assert not untried

    def test_risk_officers_really_did_all_that_they_can(self) -> None:
        undone = [deed for deed in Deed if not self.deeds[deed]]
        assert not undone


class TestTheSecondHundred:
    """Seeds 101 to 200."""

    fired: ClassVar[Counter[Fault]] = Counter()
    deeds: ClassVar[Counter[Deed]] = Counter()

    @pytest.mark.parametrize("first", range(101, 201, SEEDS_PER_TEST))
    def test_everything_holds(self, first: int) -> None:
        _hold(range(first, first + SEEDS_PER_TEST), self.fired, self.deeds)

    def test_every_fault_was_really_tried(self) -> None:
        untried = [fault for fault in Fault if not self.fired[fault]]
        assert not untried

    def test_risk_officers_really_did_all_that_they_can(self) -> None:
        undone = [deed for deed in Deed if not self.deeds[deed]]
        assert not undone


def test_one_seed_is_one_history() -> None:
    first, second = [], []  # type: ignore[var-annotated]
    run_seed(3, first.append)
    run_seed(3, second.append)
    assert len(first) > 100
    assert first == second


def test_what_venues_cancel_by_their_dead_man_switches_leaves_everything_whole() -> None:
    canceled = 0
    for seed in (301, 305):
        outcome = run_seed(seed, dead_man_seconds=10)
        assert outcome.problem is None, f"seed {seed}: {outcome.problem}"
        canceled += outcome.dead_man_cancels
    assert canceled, "somewhere a venue did not hear of the desk in time"
