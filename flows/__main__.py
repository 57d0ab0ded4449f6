"""``python -m flows`` is ``newsledger``."""

from flows.cli import main

main()
