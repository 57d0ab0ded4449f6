"""Puts the reader together: which components, in which order, which version; and reads a text with it."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import flows.nlp.components.attributions
import flows.nlp.components.entities
import flows.nlp.components.events
import flows.nlp.components.figures
import flows.nlp.components.paragraphs
import flows.nlp.components.periods
import flows.nlp.components.quantities  # noqa: F401  importing registers the factories
from flows import __version__
from flows.errors import UsageError
from flows.nlp.entities.reader import export_mentions
from flows.nlp.ids import sentence_id
from flows.nlp.lexicon import lexicon_digest
from flows.nlp.spans import register_extensions
from flows.nlp.tokens import split_wire_marks
from flows.records import Findings, Sentence

COMPONENTS = (
    "ledger_periods",
    "ledger_quantities",
    "ledger_entities",
    "ledger_attributions",
    "ledger_figures",
    "ledger_events",
)
"""In the order in which each reads what those before it left."""

LONE_SURROGATES = re.compile("[\ud800-\udfff]")

NLP_CODE = Path(__file__).parent
DATELINE_CODE = tuple(NLP_CODE.parent / "raw" / name for name in ("datelines.py", "publication.py"))
"""Read here too: where a dateline ends, a sentence begins."""


@dataclass(frozen=True, slots=True)
class Text:
    """What the reader is given of a document."""

    document_id: str
    body: str
    published_on: date | None = None
    title: str | None = None


def build_nlp(model: str, lexicon_dirs: Sequence[Path] = ()) -> Language:
    """Load the model and add our components.

    Args:
        model: Name of an installed spaCy pipeline, or a folder that holds one.
        lexicon_dirs: Folders with the user's own tables, over the project's.

    Raises:
        UsageError: No such model; says what to set.
        LexiconError: A table has a malformed row.
    """
    try:
        nlp = spacy.load(model)
    except OSError as error:
        raise UsageError(
            f"The spaCy model {model!r} is not installed. Install it, or set `models` to one that is."
        ) from error
    # Who calls decides how long a text may be (setting `max_document_chars`); spaCy's own limit would raise midway.
    nlp.max_length = sys.maxsize
    register_extensions()
    split_wire_marks(nlp)
    config = {"lexicon_dirs": [str(folder) for folder in lexicon_dirs]}
    nlp.add_pipe("ledger_paragraphs", before="parser", config=config)
    for name in COMPONENTS:
        nlp.add_pipe(name, config=config)
    return nlp


@cache
def extractor_version(model: str, lexicon_dirs: tuple[Path, ...] = ()) -> str:
    """Names all that decides what is read out of a text: package, model, tables, the code of this folder.

    A document read by one version is read again by another. Needs no model loaded.
    """
    digest = sha256(model.encode())
    digest.update(_model_version(model).encode())
    digest.update(lexicon_digest(lexicon_dirs).encode())
    for path in (*sorted(NLP_CODE.rglob("*.py")), *DATELINE_CODE):
        digest.update(path.relative_to(NLP_CODE.parent).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _model_version(model: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(model.replace("_", "-"))
    except PackageNotFoundError:
        meta = Path(model) / "meta.json"
        return meta.read_text(encoding="utf-8") if meta.is_file() else ""


def extract(
    nlp: Language,
    text: str,
    *,
    document_id: str = "text",
    published_on: date | None = None,
    title: str | None = None,
) -> Findings:
    """Read one text, taken as body, unchanged."""
    return next(extract_all(nlp, [Text(document_id, text, published_on, title)]))


def extract_all(nlp: Language, texts: Iterable[Text], *, batch_size: int = 64) -> Iterator[Findings]:
    """Read many texts, in order.

    Returns:
        One ``Findings`` per text; ``body[char_start:char_end] == surface`` in every row of it.
    """
    docs = (_prepare(nlp, text) for text in texts)
    for doc in nlp.pipe(docs, batch_size=batch_size):
        yield _findings(doc)


def _prepare(nlp: Language, text: Text) -> Doc:
    # A lone surrogate is no character: spaCy cannot hash it, and no file could hold it. Offsets stay.
    doc = nlp.make_doc(LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text.body))
    doc._.document_id = text.document_id
    doc._.published_on = text.published_on
    doc._.title = text.title
    return doc


def _findings(doc: Doc) -> Findings:
    mentions, entities = export_mentions(doc)
    # Countries that only an office or a town implies take part in events without being named.
    named = {entity.entity_id for entity in entities}
    implied = doc.user_data.get("event_entities", ())
    entities.extend(entity for entity in implied if entity.entity_id not in named)
    return Findings(
        document_id=doc._.document_id,
        body=doc.text,
        sentences=list(_sentences(doc)),
        mentions=mentions,
        entities=entities,
        figures=list(doc._.figures or ()),
        events=list(doc._.events or ()),
    )


def _sentences(doc: Doc) -> Iterator[Sentence]:
    position = 0
    for span in doc.sents:
        surface = span.text.strip()
        if not surface:
            continue
        start = span.start_char + span.text.index(surface[0])
        yield Sentence(
            sentence_id=sentence_id(doc, span),
            position=position,
            char_start=start,
            char_end=start + len(surface),
            surface=surface,
        )
        position += 1
