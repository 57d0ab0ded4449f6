"""Readers meet one release or the next, never an error, a gap or a mixture. README.md has the long version."""

from tests.faults.readers import read_while_publishing


def test_eight_readers_of_twenty_releases_meet_no_error_and_no_mixture(tmp_path):
    seen = read_while_publishing(8, 20, tmp_path)
    assert seen.errors == []
    assert seen.pruned > 0
    assert seen.queries > 8 * 5
    assert seen.distinct_releases > 5
