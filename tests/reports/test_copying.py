"""Who copied from whom in a large group: the short way to the pairs loses none that comparing all of them finds."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.copying_speed import made_up_county
from reports.copying import copied_among


# 61 reports are 1,830 pairs: two seconds to compare, so few examples; the benchmark tries larger groups
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6), copies=st.integers(5, 25))
def test_a_large_group_gives_the_same_copies_as_every_pair_compared(seed, copies):
    county = made_up_county(61, seed, copies)
    every = copied_among(county, 0.6, compared_all=61)
    assert every
    assert copied_among(county, 0.6) == every


def test_a_large_group_without_copies_names_none():
    assert copied_among(made_up_county(80, seed=1, copies=0), 0.6) == []
