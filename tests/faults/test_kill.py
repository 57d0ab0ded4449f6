"""Killed at any moment, run again: the same release, and a whole one in between. README.md has the long version."""

from tests.faults.kill import kill_runs


def test_killed_at_random_moments_runs_on_an_older_warehouse_publish_what_they_would_have(prepared, tmp_path):
    outcome = kill_runs(prepared, 2, 20_240_517, tmp_path)
    assert outcome.faults == []
    assert outcome.kills == 2
    assert outcome.homes == {"older warehouse": 1}
    assert outcome.checks > 10
