"""Numbers with what is printed around them: unit, change, comparator, rate."""
