"""Expressions of time, tied to the calendar."""
