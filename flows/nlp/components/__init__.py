"""One spaCy component per file; importing ``flows.nlp.pipeline`` registers them."""
