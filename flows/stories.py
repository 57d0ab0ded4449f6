"""raw.documents -> parsed.stories: which documents are near-duplicates of one text.

A document is compared by its shingles, runs of three words. Two documents are one story when the shorter has
at least half of its shingles in common with the longer, or most of its words in their order, in the place where a copy
has them, and prints the same numbers and, where it is short, names. So edits, cuts at the end, furniture and changed
headlines survive, while another report of the same event, the next day's report out of the same template, and
another release above the same notice about the firm stay stories of their own.

Which pairs are compared at all is told by MinHash and LSH, over the whole text and over its lead: a copy that was
cut keeps the lead. Stories are the connected groups of that relation, so the order of documents decides nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from flows.warehouse import transaction

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

WORDS_PER_SHINGLE = 3
LEAD_SHINGLES = 80
WHOLE_BANDS, LEAD_BANDS, ROWS_PER_BAND = 42, 20, 3
"""Pairs that share 0.44 of their shingles, as a copy with every seventh word edited does, meet with 98%."""

WHOLE_SIZE = WHOLE_BANDS * ROWS_PER_BAND
SIGNATURE_SIZE = WHOLE_SIZE + LEAD_BANDS * ROWS_PER_BAND
SIGNATURE_VERSION = b"story2\0\0"

MIN_SHARED = 0.5
"""Share of the shorter text's shingles that a copy has. Reports of one event that quote the same people have 0.3."""
MIN_SHARED_IF_SHORT = 0.7
SHORT_SHINGLES = 30
"""About two sentences: of so little, half may be a phrase that everybody prints."""
MIN_SHARED_IF_ALIGNED, MIN_ALIGNED = 0.3, 0.72
"""A fifth of the words exchanged leaves half of the shingles, but four fifths of the words in their order."""
MAX_ALIGNED_WORDS = 3000
SHORT_TEXT, MIN_SHARED_MARKS = 60, 0.6
"""A short report from a template differs from the next by little more than its names and numbers."""
MIN_SHARED_LEAD = 0.2
"""Of the first quarter of one text at least, so that a common end alone makes no copy."""
MIN_SHARED_NUMBERS = 0.5
MIN_NUMBERS = 4
CUT_LENGTH = 0.7
"""A text shorter than this share of the other is a cut; a cut has the longer one's beginning, not its end."""
WHOLE_BUCKET = 32
NEIGHBOURS = 8
PAIRS_AT_ONCE = 500

_CAPITALISED = re.compile(r"\b[A-Z]\w{2,}")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class StoriesResult:
    """Documents in all, those that were new, stories in all."""

    document_count: int
    new_document_count: int
    story_count: int


def assign_stories(connection: "duckdb.DuckDBPyConnection") -> StoriesResult:
    """Give every document of ``raw.documents`` its story; only new documents are compared.

    A story takes its key from its earliest document (by date, then key), so a copy that comes later joins
    it and changes nothing.
    """
    _forget_documents_that_are_gone(connection)
    new = connection.execute(
        "select document_id, body from raw.documents anti join parsed.stories using (document_id) order by document_id"
    )
    signatures = {}
    while rows := new.fetchmany(1000):
        signatures.update({document_id: _signature(body) for document_id, body in rows})
    if signatures:
        _compare(connection, signatures)
    else:
        connection.execute(_NAME_STORIES)  # a date may have become known
    return _result(connection, len(signatures))


def _forget_documents_that_are_gone(connection: "duckdb.DuckDBPyConnection") -> None:
    # The others of a story that lost one are compared again: it may have been what joined them.
    connection.execute(
        """
        delete from parsed.stories
        where story_id in (
            select story_id from parsed.stories anti join raw.documents using (document_id)
        ) or signature[1:8] != $version
        """,
        {"version": SIGNATURE_VERSION},
    )


def _compare(connection: "duckdb.DuckDBPyConnection", signatures: dict[str, bytes]) -> None:
    import numpy as np

    known = connection.execute("select document_id, story_id, signature from parsed.stories").fetchall()
    rows = sorted(
        [(key, story, blob) for key, story, blob in known] + [(key, None, blob) for key, blob in signatures.items()],
        key=lambda row: row[0],
    )
    keys = [row[0] for row in rows]
    is_new = np.array([row[1] is None for row in rows])
    joined = b"".join(row[2][len(SIGNATURE_VERSION) :] for row in rows)
    matrix = np.frombuffer(joined, dtype=np.uint32).reshape(len(rows), SIGNATURE_SIZE + 1)
    sizes, matrix = matrix[:, 0].astype(np.int64), np.ascontiguousarray(matrix[:, 1:])

    groups = _Groups(len(rows))
    first_of: dict[Any, int] = {}
    for index, (_, story, blob) in enumerate(rows):
        # A known story holds together; equal signatures are equal texts.
        for mark in (story, blob):
            if mark is not None:
                groups.join(first_of.setdefault(mark, index), index)
    is_copy = np.array([first_of[row[2]] != index for index, row in enumerate(rows)])

    candidates = _candidates(matrix, sizes, is_new & ~is_copy, ~is_copy)
    for start in range(0, len(candidates), PAIRS_AT_ONCE):
        pairs = [pair for pair in candidates[start : start + PAIRS_AT_ONCE] if not groups.are_joined(*pair)]
        texts = _read_texts(connection, {keys[index] for pair in pairs for index in pair})
        for left, right in pairs:
            if not groups.are_joined(left, right) and _are_one_story(texts[keys[left]], texts[keys[right]]):
                groups.join(left, right)

    # Only stories that a new document is in: of a large archive they are few.
    changed = {groups.find(int(index)) for index in np.nonzero(is_new)[0]}
    found = [
        (keys[index], keys[root], rows[index][2])
        for index in range(len(rows))
        if (root := groups.find(index)) in changed
    ]
    _store(connection, found)


def _store(connection: "duckdb.DuckDBPyConnection", rows: list[tuple[str, str, bytes]]) -> None:
    """Write (document, first document of its group, signature); the group gets its name in ``_name_stories``."""
    import pyarrow as pa

    columns = zip(*rows, strict=True)
    types = (pa.string(), pa.string(), pa.binary())
    names = ["document_id", "story_id", "signature"]
    table = pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=names)
    connection.register("_stories", table)
    with transaction(connection):
        connection.execute(
            "update parsed.stories as story set story_id = found.story_id from _stories as found "
            "where story.document_id = found.document_id"
        )
        connection.execute(
            "insert into parsed.stories (document_id, story_id, is_syndicated_copy, signature) "
            "select document_id, story_id, false, signature from _stories anti join parsed.stories using (document_id)"
        )
        connection.execute(_NAME_STORIES)
    connection.unregister("_stories")


_NAME_STORIES = """
    with members as (
        select
            story.document_id,
            first_value(document.document_id) over (
                partition by story.story_id
                order by document.published_on nulls last, document.published_at nulls last, document.document_id
            ) as earliest
        from parsed.stories as story
        join raw.documents as document using (document_id)
    ),
    named as (
        select
            document_id,
            left(sha256(concat_ws(chr(31), 'story', earliest)), 20) as story_id,
            document_id != earliest as is_syndicated_copy
        from members
    )
    update parsed.stories as story
    set story_id = named.story_id, is_syndicated_copy = named.is_syndicated_copy
    from named
    where story.document_id = named.document_id
        and (story.story_id, story.is_syndicated_copy) is distinct from (named.story_id, named.is_syndicated_copy)
"""
"""The key of a story is that of ``records.stable_id("story", earliest document)``."""


def _result(connection: "duckdb.DuckDBPyConnection", new_document_count: int) -> StoriesResult:
    rows = connection.execute("select count(*), count(distinct story_id) from parsed.stories").fetchall()
    documents, stories = rows[0]
    return StoriesResult(document_count=documents, new_document_count=new_document_count, story_count=stories)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shingles(words: Sequence[str]) -> "NDArray[np.uint32]":
    """One hash per run of words, in the order of the text; texts of fewer words are one run."""
    import numpy as np

    hashes = np.fromiter(map(crc32, map(str.encode, words)), dtype=np.uint64, count=len(words))
    width = min(WORDS_PER_SHINGLE, len(hashes))
    runs = np.zeros(len(hashes) - width + 1 if width else 0, dtype=np.uint64)
    for offset in range(width):
        # An odd multiplier, so that the order of the words counts; its product keeps all bits of each.
        runs = (runs + hashes[offset : offset + len(runs)]) * np.uint64(0x9E3779B97F4A7C15)
    return (runs >> np.uint64(32)).astype(np.uint32)


def _signature(body: str) -> bytes:
    """Version, number of shingles, MinHash of all shingles, MinHash of the first ones."""
    import numpy as np

    shingles = _shingles(_words(body))
    parts = [np.array([len(np.unique(shingles))], dtype=np.uint32)]
    for chosen, size in ((shingles, WHOLE_SIZE), (shingles[:LEAD_SHINGLES], SIGNATURE_SIZE - WHOLE_SIZE)):
        sketch = _empty_sketch(size).copy()
        sketch.update_batch(np.unique(chosen).tolist())
        parts.append(sketch.hashvalues.astype(np.uint32))
    return SIGNATURE_VERSION + np.concatenate(parts).tobytes()


@cache
def _empty_sketch(size: int) -> Any:
    from datasketch import MinHash

    # The scheme is named, so that signatures stay comparable whatever a later version of the library prefers.
    return MinHash(num_perm=size, seed=1, hashfunc=int, scheme="affine32")


def _candidates(
    matrix: "NDArray[np.uint32]",
    sizes: "NDArray[np.int64]",
    is_new: "NDArray[np.bool_]",
    is_taken: "NDArray[np.bool_]",
) -> list[tuple[int, int]]:
    """Pairs with a new document that may be one story, the likeliest first."""
    import numpy as np

    bands = matrix.reshape(len(matrix), -1, ROWS_PER_BAND).astype(np.uint64)
    marks = np.zeros(bands.shape[:2], dtype=np.uint64)
    for row in range(ROWS_PER_BAND):
        marks = (marks + bands[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        marks ^= marks >> np.uint64(29)
    found = [_pairs_of_band(marks, band, is_new, is_taken) for band in range(marks.shape[1])]
    pairs = np.unique(np.concatenate(found), axis=0)
    scores = np.empty(len(pairs))
    for start in range(0, len(pairs), 100_000):
        left, right = pairs[start : start + 100_000].T
        equal = matrix[left] == matrix[right]
        jaccard = equal[:, :WHOLE_SIZE].mean(axis=1)
        lead = equal[:, WHOLE_SIZE:].mean(axis=1)
        shorter = np.maximum(np.minimum(sizes[left], sizes[right]), 1)
        shared = jaccard / (1 + jaccard) * (sizes[left] + sizes[right]) / shorter
        scores[start : start + 100_000] = np.maximum(shared, lead)
    # Well below MIN_SHARED: an estimate out of 126 hashes errs by a tenth, and a cut is estimated from its lead.
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -scores))
    return [(int(pairs[index, 0]), int(pairs[index, 1])) for index in order if scores[index] >= 0.6 * MIN_SHARED]


def _pairs_of_band(
    marks: "NDArray[np.uint64]", band: int, is_new: "NDArray[np.bool_]", is_taken: "NDArray[np.bool_]"
) -> "NDArray[np.int64]":
    import numpy as np

    column = marks[:, band]
    members = np.nonzero(np.isin(column, column[is_new]) & is_taken)[0]
    # Inside a bucket by the next band's mark: real copies share that too, and so stand side by side.
    following = marks[:, (band + 1) % marks.shape[1]]
    members = members[np.lexsort((members, following[members], column[members]))]
    starts = np.nonzero(np.diff(column[members], prepend=column[members][:1] + np.uint64(1)))[0]
    counts = np.diff(np.append(starts, len(members)))
    reach = np.repeat(np.where(counts > WHOLE_BUCKET, NEIGHBOURS, WHOLE_BUCKET), counts)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for distance in range(1, min(WHOLE_BUCKET, len(members))):
        left, right = members[:-distance], members[distance:]
        # In a large bucket, of documents that share a publisher's phrase, each is compared with its neighbours only.
        keep = (column[left] == column[right]) & (is_new[left] | is_new[right]) & (reach[:-distance] >= distance)
        if not (column[left] == column[right]).any():
            break
        pairs.append(np.stack([np.minimum(left, right)[keep], np.maximum(left, right)[keep]], axis=1))
    return np.concatenate(pairs)


class _Groups:
    """Union-find; a group goes by its smallest index."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def find(self, index: int) -> int:
        while self._parents[index] != index:
            self._parents[index] = self._parents[self._parents[index]]
            index = self._parents[index]
        return index

    def are_joined(self, left: int, right: int) -> bool:
        return self.find(left) == self.find(right)

    def join(self, left: int, right: int) -> None:
        roots = sorted((self.find(left), self.find(right)))
        self._parents[roots[1]] = roots[0]


@dataclass(frozen=True, slots=True)
class _Text:
    words: list[str]
    shingles: "NDArray[np.uint32]"
    numbers: frozenset[str]
    marks: frozenset[str]
    """Numbers and words with a capital."""


def _read_texts(connection: "duckdb.DuckDBPyConnection", document_ids: set[str]) -> dict[str, _Text]:
    rows = connection.execute(
        "select document_id, body from raw.documents where list_contains($1, document_id)", [sorted(document_ids)]
    ).fetchall()
    texts = {}
    for document_id, body in rows:
        words = _words(body)
        numbers = frozenset(word for word in words if word[0].isdigit())
        capitalised = frozenset(word.casefold() for word in _CAPITALISED.findall(body))
        texts[document_id] = _Text(words, _shingles(words), numbers, numbers | capitalised)
    return texts


def _are_one_story(left: _Text, right: _Text) -> bool:
    import numpy as np

    shorter, longer = sorted((np.unique(left.shingles), np.unique(right.shingles)), key=len)
    shared = np.intersect1d(shorter, longer, assume_unique=True)
    least = MIN_SHARED if len(shorter) >= SHORT_SHINGLES else MIN_SHARED_IF_SHORT
    if not len(shared) or (len(shared) < least * len(shorter) and not _are_aligned(left, right, len(shared))):
        return False
    if _share_too_few(left.numbers, right.numbers, MIN_SHARED_NUMBERS, least=MIN_NUMBERS):
        return False
    if len(shorter) < SHORT_TEXT and _share_too_few(left.marks, right.marks, MIN_SHARED_MARKS, least=MIN_NUMBERS):
        return False
    if len(shorter) < CUT_LENGTH * len(longer):
        whole = max(left.shingles, right.shingles, key=len)
        places = np.nonzero(np.isin(whole, shared))[0]
        return bool(np.median(places) <= len(whole) / 2)
    leads = [text.shingles[: max(1, len(text.shingles) // 4)] for text in (left, right)]
    return any(np.isin(lead, shared).mean() >= MIN_SHARED_LEAD for lead in leads)


def _share_too_few(left: frozenset[str], right: frozenset[str], share: float, *, least: int) -> bool:
    fewer, more = sorted((left, right), key=len)
    return len(fewer) >= least and len(fewer & more) < share * len(fewer)


def _are_aligned(left: _Text, right: _Text, shared_count: int) -> bool:
    """Whether the shorter text's words stand in the longer one in their order, for the most part."""
    shorter, longer = sorted((left.words, right.words), key=len)
    if (
        shared_count < MIN_SHARED_IF_ALIGNED * len(shorter)
        or not SHORT_SHINGLES <= len(shorter) <= len(longer) <= MAX_ALIGNED_WORDS
        or len(shorter) < CUT_LENGTH * len(longer)
    ):
        return False
    matched = SequenceMatcher(None, shorter, longer, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matched) >= MIN_ALIGNED * len(shorter)
