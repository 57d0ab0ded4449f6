"""Progress of long work on a terminal: documents, rate, time left. Quiet everywhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def document_progress(title: str, *, is_quiet: bool = False) -> Iterator[Callable[[int, int, int], None]]:
    """Yields a function to call with (documents done, documents in all, words read so far).

    Writes to standard error, and only where that is a terminal.
    """
    if is_quiet or not sys.stderr.isatty():
        yield lambda done, total, words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")
        started = time.monotonic()

        def tell(done: int, total: int, words: int) -> None:
            seconds = max(time.monotonic() - started, 0.001)
            rate = f"{done / seconds:,.1f} documents/s, {words / seconds:,.0f} words/s"
            bar.update(task, completed=done, total=total, rate=rate)

        yield tell
