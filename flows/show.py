"""One figure for a person to judge: its sentence with the figure marked, its document, why it was read so."""

import sys
from typing import Any

from flows.errors import UsageError
from flows.safe_text import for_log, without_controls
from flows.serve import open_release, rows_of
from flows.settings import Settings

_QUERY = """
select
    figure.* exclude (figure_id, document_id, sentence_id),
    sentence.surface as sentence,
    sentence.char_start as sentence_start,
    document.title,
    document.publisher,
    document.published_on,
    document.uri,
    document.url,
    supplier.entity_name as supplier,
    recipient.entity_name as recipient,
    subject.entity_name as subject,
    speaker.entity_name as speaker,
    base.surface as base
from fct_figures as figure
join dim_sentences as sentence using (sentence_id)
join dim_documents as document on figure.document_id = document.document_id
left join dim_entities as supplier on figure.supplier_entity_id = supplier.entity_id
left join dim_entities as recipient on figure.recipient_entity_id = recipient.entity_id
left join dim_entities as subject on figure.subject_entity_id = subject.entity_id
left join dim_entities as speaker on figure.speaker_entity_id = speaker.entity_id
left join fct_figures as base on figure.base_figure_id = base.figure_id
where figure.figure_id = $1
"""

_SHOWN_APART = frozenset({"surface", "sentence", "sentence_start", "char_start", "char_end"})


def show_figure(settings: Settings, figure_id: str) -> None:
    """Print one published figure.

    Raises:
        UsageError: No such figure in the current release, or it was withheld; then the reason is told.
    """
    with open_release(settings) as connection:
        row = rows_of(connection, _QUERY, [figure_id])
        withheld = connection.execute(
            "select reason from withheld where table_name = 'fct_figures' and row_id = $1", [figure_id]
        ).fetchall()
    if not row:
        why = f"It was withheld: {withheld[0][0]}" if withheld else "Look it up in fct_figures."
        raise UsageError(f"No figure {for_log(figure_id)!r} in the current release. {why}")
    _print(row[0])


def _print(row: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, markup=False)
    sentence = Text(without_controls(row["sentence"]))
    start = row["char_start"] - row["sentence_start"]
    sentence.stylize("bold reverse", start, start + len(row["surface"]))
    console.print(sentence, soft_wrap=not console.is_terminal)
    if not console.is_terminal:
        console.print(" " * start + "^" * len(row["surface"]), soft_wrap=True)
    for name, value in row.items():
        if value is not None and name not in _SHOWN_APART and not name.endswith("_entity_id"):
            console.print(f"{name.replace('_', ' '):<16} {without_controls(str(value))}", soft_wrap=True)
