"""From the bytes of a source to rows of raw.documents."""
