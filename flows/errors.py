"""Everything this package raises on purpose, and the exit code each ends a command with.

LedgerError                  1  something said below went wrong
├── UsageError               2  the command or a setting asks for what cannot be
│   └── SettingsError        2  newsledger.toml or NEWSLEDGER_* holds what is not a setting
├── PublishRefused           3  a critical expectation failed; the published release stays
│   └── NotValidated         3  the marts are not those that the gate let pass
├── WarehouseBusy            4  another run holds the warehouse
├── WarehouseDamaged         5  the warehouse file cannot be read
├── ReleaseDamaged           5  a release's files differ from its manifest
├── StorageError             6  disk full, or a folder that cannot be written
├── SourceError              1  an input could not be read
│   ├── SourceUnavailable    1  may pass by itself: the task retries
│   └── InputRejected        -  one input cannot become a document: noted, the run goes on
├── LexiconError             2  a row of a seed or of a user's table is malformed
├── NotANumber               -  a number's text does not parse as a whole
└── BuildFailed              1  dbt reported an error
"""

from pathlib import Path


class LedgerError(Exception):
    """Base of all that is raised on purpose. The message says what, where, and what to do."""

    exit_code = 1


class UsageError(LedgerError):
    exit_code = 2


class SettingsError(UsageError):
    pass


class PublishRefused(LedgerError):
    """A critical expectation failed.

    Attributes:
        failures: One line per failed expectation: table, rule, what was observed.
    """

    exit_code = 3

    def __init__(self, failures: list[str]) -> None:
        self.failures = failures
        listed = "\n".join(f"  - {failure}" for failure in failures)
        super().__init__(
            f"Not published: {len(failures)} critical expectation(s) failed, the last release stays.\n{listed}"
        )


class NotValidated(PublishRefused):
    """No expectation failed, but these marts are not what passed them all."""

    def __init__(self, problem: str) -> None:
        self.failures = [problem]
        LedgerError.__init__(self, f"Not published: {problem}. The last release stays.")


class WarehouseBusy(LedgerError):
    exit_code = 4


class WarehouseDamaged(LedgerError):
    exit_code = 5


class ReleaseDamaged(LedgerError):
    exit_code = 5


class StorageError(LedgerError):
    exit_code = 6


class SourceError(LedgerError):
    pass


class SourceUnavailable(SourceError):
    pass


class InputRejected(SourceError):
    """One input cannot become a document.

    Attributes:
        reason: Short, for ``quality.rejected_inputs.reason``.
        stage: The step that refused it: ``read``, ``decode``, ``clean`` or ``parse``.
    """

    def __init__(self, reason: str, *, stage: str) -> None:
        self.reason = reason
        self.stage = stage
        super().__init__(reason)


class LexiconError(LedgerError):
    """A row of a seed or of a user's table is malformed.

    Attributes:
        path: The file.
        line: 1-based line in it, the header being line 1; None where the whole file is meant.
    """

    exit_code = 2

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        self.path = path
        self.line = line
        place = f"{path}, line {line}" if line is not None else str(path)
        super().__init__(f"{place}: {problem}")


class NotANumber(LedgerError):
    def __init__(self, surface: str) -> None:
        self.surface = surface
        super().__init__(f"Not a number as a whole: {surface!r}.")


class BuildFailed(LedgerError):
    pass
