"""Changes, shares and records: what they are told against, which level they modify."""

import re
from collections.abc import Mapping, Sequence, Set

from flows.nlp.figures.draft import Cues, Draft, near
from flows.nlp.figures.tree import Tree

_LEVELS = ("level", "rate")
_MORE_OR_LESS = frozenset({"more", "less", "fewer", "higher", "lower", "above", "below", "up", "down"})
_OF_WHICH = frozenset({"which", "them", "it", "those", "that", "these", "whom", "this"})
_RECORD_LEFT = 6
_RECORD_RIGHT = 16


class ChangeReader:
    """Reads ``change_basis``, ``base`` and ``is_record`` of the drafts of one text."""

    def __init__(self, tree: Tree, cues: Cues, owner: Mapping[int, int]) -> None:
        self._tree = tree
        self._cues = cues
        self._owner = owner
        self._bases: dict[int, list[tuple[int, int, str]]] = {}

    def read_basis(self, draft: Draft) -> None:
        """Set what a change is told against: the cue nearest after it, else one before it."""
        if draft.kind != "change":
            return
        found = self._bases_in(draft.sentence)
        if not found:
            return
        quantity = draft.quantity
        after = [cue for cue in found if cue[0] >= quantity.char_end - 1]
        before = [cue for cue in found if cue[1] <= quantity.char_start]
        if after:
            draft.change_basis = after[0][2]
        elif before:
            draft.change_basis = before[-1][2]
        if draft.change_basis is not None:
            draft.reasons.append(f"basis:{draft.change_basis}")

    def _bases_in(self, sentence: int) -> list[tuple[int, int, str]]:
        if sentence not in self._bases:
            start, end = self._tree.sentences[sentence]
            offset = self._tree.starts[start]
            text = self._tree.text(start, end).lower()
            pattern = phrase_pattern(frozenset(self._cues.bases))
            self._bases[sentence] = [
                (offset + match.start(), offset + match.end(), self._cues.bases[" ".join(match[0].split())])
                for match in pattern.finditer(text)
            ]
        return self._bases[sentence]

    def read_record(self, draft: Draft, levels: Set[int]) -> None:
        """Set ``is_record`` where a record is told right before or after the figure.

        Args:
            levels: Indices of the levels of the text: past another level, a record is that one's.
        """
        if draft.kind not in _LEVELS:
            return
        tree, quantity = self._tree, draft.quantity
        start, end = tree.sentences[draft.sentence]
        left = quantity.token_start
        while left > start and left > quantity.token_start - _RECORD_LEFT and (left - 1) not in self._owner:
            left -= 1
        right = quantity.token_end
        while right < end and right < quantity.token_end + _RECORD_RIGHT:
            if tree.lowers[right] in (";", "while", "whereas", "than") or self._owner.get(right, -1) in levels:
                break
            right += 1
        window = [*tree.lowers[left : quantity.token_start], "|", *tree.lowers[quantity.token_end : right]]
        if not (
            {"record", "records", "time", "ever", "unprecedented", "historic", "history", "lifetime"} & set(window)
            or any(word.startswith(("record-", "all-")) for word in window)
        ):
            return
        text = " ".join(window).replace(" - ", "-")
        if phrase_pattern(self._cues.not_records).search(text):
            return
        if (
            phrase_pattern(self._cues.records).search(text.partition("|")[2])
            or self._record_before(left, quantity.token_start)
            or phrase_pattern(self._cues.records).search(text.partition("|")[0])
        ):
            draft.is_record = True
            draft.reasons.append("record")

    def _record_before(self, start: int, end: int) -> bool:
        """ "record bilateral trade of …", "to record 22.7 bn": the adjective, whatever the tagger made of it."""
        tree = self._tree
        for token in range(start, end):
            if tree.lowers[token] != "record":
                continue
            if tree.tags[token] not in ("VB", "VBP"):
                return True
            # "rose to record 50" and "reach record 50" are read as verbs too; "the first to record 50 cases" is one.
            reached = [token - 1, token - 2] if tree.lowers[token - 1] == "to" else [token - 1]
            if any(place in self._owner or tree.lemmas[place] in self._cues.level_verbs for place in reached):
                return True
        return False

    def link_base(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """Find the level that a change or share modifies, in its own sentence."""
        if not draft.is_relative:
            return
        tree, governor = self._tree, draft.governor
        same = [other for other in near(drafts, draft) if other.sentence == draft.sentence and other is not draft]
        levels = [other for other in same if other.kind in _LEVELS and other.quantity.dimension != "duration"]
        if not levels:
            return
        before = [other for other in levels if other.index < draft.index]
        if governor.linked is not None:
            linked = drafts[governor.linked]
            if linked.kind in _LEVELS and linked in levels:
                self._set(draft, linked, "attached")
                return
        if draft.kind == "share" and governor.own_of is not None and governor.own_of in self._owner:
            whole = drafts[self._owner[governor.own_of]]
            if whole in levels:
                self._set(draft, whole, "of-level")  # "a quarter of the 8.5 million people"
                return
        if draft.kind == "change":
            for other in levels:
                if (
                    other.governor.verb is not None
                    and other.governor.verb == governor.verb
                    and other.governor.relation == "to"
                ):
                    self._set(draft, other, "reached")
                    return
            if governor.change_noun is not None:
                for other in levels:
                    if other.governor.change_noun == governor.change_noun and other.index > draft.index:
                        self._set(draft, other, "reached")
                        return
        if not before:
            return
        nearest = before[-1]
        gap = range(nearest.quantity.token_end, draft.quantity.token_start)
        words = [tree.lowers[token] for token in gap]
        if "(" in words and ")" not in words:
            self._set(draft, nearest, "bracket")
        elif governor.own_of is not None and tree.lowers[governor.own_of] in _OF_WHICH:
            self._set(draft, nearest, "of-which")
        elif draft.kind == "change" and self._is_aside(draft, words):
            self._set(draft, nearest, "aside")
        elif draft.measure is not None and draft.measure == nearest.measure and draft.commodity == nearest.commodity:
            self._set(draft, nearest, "same-measure")

    def _is_aside(self, draft: Draft, words: list[str]) -> bool:
        """ "…, up 19.8 percent", "…, a 32% increase": no verb of its own, told after the level."""
        tree, start = self._tree, draft.quantity.token_start
        left = tree.lowers[max(0, start - 3) : start]
        end = draft.quantity.token_end
        if (
            end < tree.size
            and tree.lowers[end] in _MORE_OR_LESS
            and any(word in (",", "or", "-", "–") for word in words)
        ):
            return len(words) <= 25  # "…, 14% more than in 2022"
        if len(words) > 25:
            return False
        if "up" in left or "down" in left:
            return True
        governor = draft.governor
        has_comma = any(word in (",", "–", "—", "-", "or") for word in words)
        if governor.change_noun is not None:
            between = range(start - len(words), start)
            if any(tree.tags[token] in ("VBZ", "VBP", "VBD") for token in between):
                return False  # "…, while the government forecasts growth of 5%"
            return has_comma or "with" in words
        verb = governor.verb
        return verb is not None and tree.tags[verb] == "VBG" and has_comma

    @staticmethod
    def _set(draft: Draft, base: Draft, rule: str) -> None:
        draft.base, draft.base_rule = base.index, rule


_PATTERNS: dict[frozenset[str], re.Pattern[str]] = {}


def phrase_pattern(phrases: frozenset[str]) -> re.Pattern[str]:
    """One pattern for all phrases, the longest first, each as whole words; made once per table."""
    if phrases not in _PATTERNS:
        alternatives = "|".join(
            r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in sorted(phrases, key=len, reverse=True)
        )
        _PATTERNS[phrases] = re.compile(rf"(?<![\w-])(?:{alternatives})(?!\w)")
    return _PATTERNS[phrases]
