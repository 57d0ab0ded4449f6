"""Quantities become figures: what each measures, of whom, when, how certain."""
