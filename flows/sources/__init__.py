"""Bytes in, texts out: one module per format, and the walk over files and folders."""
