"""Small warehouses out of hand-written rows: what a row leaves out has a plain default, null where that is allowed."""

from pathlib import Path
from typing import Any

import pytest

from flows.build import build
from flows.settings import Settings
from flows.warehouse import open_warehouse

Row = dict[str, Any]

DEFAULTS: dict[str, Row] = {
    "raw.documents": {
        "source_id": "test",
        "word_count": 1,
        "content_sha256": "",
        "media_type": "text/plain",
        "raw": b"",
        "cleaner_version": "1",
        "first_seen_at": "2024-01-01 00:00:00+00",
        "run_id": "r",
        "language": "en",
    },
    "parsed.documents": {
        "extractor_version": "1",
        "sentence_count": 1,
        "word_count": 1,
        "parsed_at": "2024-01-01 00:00:00+00",
        "run_id": "r",
    },
    "parsed.sentences": {"position": 0, "char_start": 0, "char_end": 1, "surface": "."},
    "parsed.entities": {"entity_type": "ORG", "is_curated": False, "aliases": []},
    "parsed.mentions": {"char_start": 0, "char_end": 1, "surface": ".", "link_method": "alias", "confidence": 0.9},
    "parsed.figures": {
        "char_start": 0,
        "char_end": 1,
        "kind": "level",
        "comparator": "=",
        "status": "reported",
        "is_record": False,
        "confidence": 0.9,
    },
    "parsed.events": {"char_start": 0, "char_end": 1, "surface": ".", "confidence": 0.9, "status": "occurred"},
    "quality.withheld": {"expectation": "expect_x", "reason": "A reason.", "run_id": "r"},
}


class Ledger:
    """Adds rows to a warehouse and builds it; the findings of a document go by its key."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self._rows: list[tuple[str, Row]] = []

    def add(self, table: str, **columns: Any) -> None:
        self._rows.append((table, {**DEFAULTS.get(table, {}), **columns}))

    def document(self, key: str, day: str | None = None, *, body: str | None = None) -> str:
        """A document of its own story, unless ``body`` is another's."""
        self.add("raw.documents", document_id=key, uri=f"{key}.txt", body=body or _body(key), published_on=day)
        self.add("parsed.documents", document_id=key, published_on=day)
        self.add("parsed.sentences", document_id=key, sentence_id=f"{key}:0", surface=body or _body(key))
        return key

    def entity(self, document: str, key: str, name: str | None = None, **columns: Any) -> None:
        """An entity that ``document`` names once."""
        self.add("parsed.entities", document_id=document, entity_id=key, entity_name=name or key, **columns)
        mention = f"{document}:{key}"
        self.add(
            "parsed.mentions", mention_id=mention, document_id=document, sentence_id=f"{document}:0", entity_id=key
        )

    def country(self, document: str, code: str) -> None:
        """Peru, Japan or Chile."""
        item = {"PER": "Q419", "JPN": "Q17", "CHL": "Q298"}[code]
        self.entity(
            document, f"country:{code}", code, entity_type="GPE", country_iso3=code, wikidata_id=item, is_curated=True
        )

    def figure(self, document: str, key: str, surface: str, value: float, unit: str, **columns: Any) -> None:
        bounds = {"value_low": value, "value_high": value} if columns.get("comparator", "=") == "=" else {}
        self.add(
            "parsed.figures",
            figure_id=key,
            document_id=document,
            sentence_id=f"{document}:0",
            surface=surface,
            value=value,
            unit_code=unit,
            **{**bounds, **columns},
        )

    def event(self, document: str, key: str, event_type: str, parties: str = "", **columns: Any) -> None:
        """An event told of once; ``parties`` are keys of entities, the first the actor."""
        self.add(
            "parsed.events",
            event_mention_id=f"mention:{key}",
            event_id=key,
            document_id=document,
            sentence_id=f"{document}:0",
            event_type=event_type,
            **columns,
        )
        for number, party in enumerate(parties.split()):
            self.add(
                "parsed.event_participants",
                document_id=document,
                event_mention_id=f"mention:{key}",
                entity_id=party,
                role="recipient" if number else "actor",
            )

    def build(self) -> None:
        with open_warehouse(self.settings) as connection:
            for table, row in self._rows:
                names = ", ".join(row)
                marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
                connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
        self._rows.clear()
        build(self.settings, run_id="test")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.settings) as connection:
            return connection.execute(query).fetchall()


def _body(key: str) -> str:
    return " ".join(f"{key}{number}" for number in range(60))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger(tmp_path_factory.mktemp("ledger"))
