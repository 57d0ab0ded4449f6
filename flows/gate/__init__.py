"""The gate: what must hold before a release goes out.

``rules`` reads ``expectations/*.yml``; ``tables`` reads the marts as data frames; ``great`` runs the rules
through Great Expectations, with ``library_*`` as expectations of our own; ``withhold`` turns failing rows into
``quality.withheld``; ``docs`` writes Data Docs. ``flows.validate`` puts them in order.
"""
