"""Killed at any moment, run again: the same release, and a whole one in between. README.md has the long version."""

from tests.faults.kill import kill_runs


def test_runs_killed_at_random_moments_publish_what_they_would_have(prepared, tmp_path):
    outcome = kill_runs(prepared, 6, 20_240_517, tmp_path)
    assert outcome.faults == []
    assert outcome.kills == 6
    assert outcome.checks > 10
