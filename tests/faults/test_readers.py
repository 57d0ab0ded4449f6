"""Readers meet one release or the next, never an error, a gap or a mixture. README.md has the long version."""

from tests.faults.readers import read_while_publishing


def test_three_readers_meet_no_error_and_no_mixture_while_releases_come_and_go(tmp_path):
    seen = read_while_publishing(3, 6, tmp_path, keep=1, grace_s=10)
    assert seen.errors == []
    assert seen.pruned > 0
    assert seen.queries > 3 * 5
    assert seen.distinct_releases > 2
