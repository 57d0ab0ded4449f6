"""The command line. Imports of weight happen inside the commands: ``newsledger --help`` must answer at once."""

import sys
import traceback
import warnings
from collections.abc import Sequence

import click

from flows import __version__
from flows.commands import queries, releases, steps, texts
from flows.errors import LedgerError
from flows.safe_text import without_controls


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="newsledger")
def newsledger() -> None:
    """From raw news to data marts that can be trusted.

    `newsledger run [PATH ...]` does it all; the other commands are its steps, and ways to look at what came out.
    """


for module in (steps, texts, queries, releases):
    for command in module.COMMANDS:
        newsledger.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what goes wrong on purpose is told in a line, and the exit code says of which kind it is.

    Exit codes: 0 done, 1 failed, 2 wrong use, 3 not published, 4 warehouse busy, 5 damaged, 6 no space or
    permission, 130 interrupted. See ``flows/errors.py``.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell their programmers is no message to a user
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command, tell what went wrong, and return the exit code."""
    try:
        newsledger.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("newsledger: interrupted; what was committed is kept, run it again to go on.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except LedgerError as error:
        # A refusal tells what was observed, which is what documents said.
        click.echo(f"newsledger: {without_controls(str(error))}", err=True)
        _let_go(error)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except OSError as error:
        click.echo(f"newsledger: {error}. Free space or permissions, then run it again.", err=True)
        return 6
    return 0


def _let_go(error: BaseException) -> None:
    """Free what the frames of an error hold: DuckDB complains of connections that are alive at the end."""
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
