"""Every check can fail: each deliberately broken build is caught by the invariant that it breaks."""

import pytest

from simulation.broken import BUILDS, Build
from simulation.run import run_seed

SEEDS_MAX = 40


@pytest.mark.parametrize("build", BUILDS, ids=[f"{build.invariant}: {build.name}" for build in BUILDS])
def test_a_broken_build_is_caught(build: Build) -> None:
    caught = []
    for seed in range(build.first_seed, build.first_seed + SEEDS_MAX):
        with build.broken():
            problem = run_seed(seed).problem
        if problem is not None:
            caught.append(problem)
            if f"invariant {build.invariant}:" in problem:
                return
    pytest.fail(
        f"not noticed by invariant {build.invariant} in seeds from {build.first_seed} on; instead: {caught[:3]}"
    )
