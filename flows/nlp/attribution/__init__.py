"""Who says what: quotations, indirect speech, "according to"."""
