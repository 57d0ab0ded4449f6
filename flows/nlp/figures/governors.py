"""What a quantity hangs on in its sentence: the nouns it may be a measure of, the verb, the quantity it modifies."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flows.nlp.figures.tree import NOUN_TAGS, SUBJECTS, VERB_TAGS, Tree
from flows.nlp.spans import Quantity

MAX_CLIMB = 14
"""Steps up the parse; deeper nesting is a misparse."""

_MODIFIERS = frozenset({"nummod", "compound", "amod", "nmod", "quantmod", "advmod", "npadvmod", "poss", "det"})
_OBJECTS = frozenset(
    {"dobj", "attr", "oprd", "acomp", "npadvmod", "advmod", "dep", "dative", "pcomp", "ccomp", "xcomp"}
)
_PRONOUNS = frozenset({"PRP", "DT", "WDT", "WP", "EX", "PDT"})
_EMPTY = frozenset({"year", "quarter", "month", "week", "day", "worth"})
"""Nouns that a number only seems to modify: "rose 47% year on year", "$5 million worth of oil"."""
_OF_OBJECTS = frozenset(
    {"object", "by", "to", "from", "at", "above", "below", "for", "over", "under", "with", "near", "in", "within"}
)
"""Relations to a verb under which its object is what is measured: "raise exports to", "keep trade above"."""
_PACES = frozenset({"rate", "pace", "clip", "speed"})
_BESIDE = frozenset({"on", "into", "for", "in", "from"})
_AIMS = _BESIDE | {"to", "towards", "toward"}
_PLACES = frozenset({"GPE", "LOC", "FAC", "DATE", "TIME", "PERSON"})
_FOLLOWERS = frozenset({"compared", "versus", "against", "vs", "than"})


@dataclass(slots=True)
class Governor:
    """Where one quantity hangs.

    ``nouns``: heads of phrases that it may be an amount of, the likeliest first, each with the rule that found it.
    ``beside``: nouns after prepositions of the verb or the amount ("spent … on roads"). ``bare``: nouns that say
    nothing alone ("the volume"). ``relation``: the preposition, or ``object``, ``subject``. ``linked``: index of
    another quantity that it hangs on. ``change_noun``: "a 5% *rise*". ``pace``: "grew at a *rate* of". ``own_of``,
    ``own_in``: the noun after "of" or "in" below the quantity itself.
    """

    nouns: list[tuple[int, str]] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    verb: int | None = None
    relation: str | None = None
    dimension: str | None = None
    linked: int | None = None
    link_label: str | None = None
    change_noun: int | None = None
    adjective: int | None = None
    modified: int | None = None
    pace: int | None = None
    own_of: int | None = None
    own_in: int | None = None
    pronoun: int | None = None
    path: list[int] = field(default_factory=list)


class Climber:
    """Finds governors; knows which tokens belong to which quantity of the text."""

    def __init__(
        self,
        tree: Tree,
        quantities: list[Quantity],
        change_nouns: frozenset[str],
        transparent: frozenset[str],
        names_measure: Callable[[Tree, int, str | None], bool],
    ) -> None:
        self._tree = tree
        self._quantities = quantities
        self._change_nouns = change_nouns
        self._transparent = transparent
        self._names_measure = names_measure
        self.owner: dict[int, int] = {}
        for index, quantity in enumerate(quantities):
            for token in range(quantity.token_start, quantity.token_end):
                self.owner[token] = index

    def top(self, quantity: Quantity) -> int:
        """The token of the expression that hangs outside it."""
        heads, token = self._tree.heads, quantity.head
        for _ in range(quantity.token_end - quantity.token_start):
            head = heads[token]
            if head == token or not quantity.token_start <= head < quantity.token_end:
                break
            token = head
        return token

    def governor(self, index: int) -> Governor:
        """Climb from one quantity to what it hangs on."""
        tree, quantity = self._tree, self._quantities[index]
        found = Governor(dimension=quantity.dimension)
        token = self.top(quantity)
        found.path.append(token)
        self._look_below(index, token, found)
        heads, deps, tags, lowers = tree.heads, tree.deps, tree.tags, tree.lowers
        is_verb = tags[token] in VERB_TAGS and deps[token] not in _MODIFIERS | {"pobj", "dobj", "attr"}
        if is_verb or (tags[token] in VERB_TAGS and quantity.token_end - quantity.token_start == 1):
            self._at_verb(token, token, "object", found)  # "doubled", "topped $40 billion": the verb is part of it
            return found
        for _ in range(MAX_CLIMB):
            head, label = heads[token], deps[token]
            if head == token:
                if tags[token] in NOUN_TAGS and token not in self.owner:
                    self._add_noun(token, "root", found)
                break
            found.path.append(head)
            owner = self.owner.get(head)
            if owner is not None and owner != index and tags[head] not in VERB_TAGS:
                found.linked, found.link_label = owner, label
                break
            if label == "pobj" or (label == "pcomp" and deps[head] == "prep"):
                found.relation = found.relation or lowers[head]
                token = head
                continue
            if label == "prep" and tags[head] not in VERB_TAGS:
                if tags[head] in NOUN_TAGS:
                    if self._add_noun(head, f"of-{lowers[token]}", found):
                        break
                    token = head
                    continue
                token = head
                continue
            if tags[head] in VERB_TAGS or (deps[head] == "ROOT" and tags[head] not in NOUN_TAGS):
                if lowers[head] in _FOLLOWERS:
                    token = head
                    continue
                self._at_verb(token, head, label, found)
                break
            if tags[head] in NOUN_TAGS and label in _MODIFIERS:
                if lowers[head] in _EMPTY:
                    token = head
                    continue
                if head > token:
                    found.modified = head
                    if self._add_noun(head, "modifier", found):
                        break
                    token = head
                    continue
                if label in ("npadvmod", "advmod", "amod", "nummod") and head < quantity.token_start:
                    if self._add_noun(head, "after-noun", found):
                        break
                    token = head
                    continue
            if tags[head] in ("JJ", "RB", "JJR", "RBR", "IN") and label in (
                "npadvmod",
                "advmod",
                "prep",
                "dobj",
                "pobj",
            ):
                if tags[head] in ("JJ", "RB", "IN"):
                    found.adjective = head
                found.relation = found.relation or lowers[head]
                token = head
                continue
            if label == "appos" and tags[head] in NOUN_TAGS:
                if self._add_noun(head, "apposition", found) or tree.keys[head] not in self._transparent:
                    break
                token = head  # "slipped from a record $122,838"
                continue
            if tags[head] in NOUN_TAGS and label in ("acl", "relcl", "nsubj"):
                self._add_noun(head, label, found)
                break
            token = head
        return found

    def _look_below(self, index: int, top: int, found: Governor) -> None:
        """Note the nouns after "of" and "in" that the quantity itself governs, or that stand right after it."""
        tree, quantity = self._tree, self._quantities[index]
        end = quantity.token_end
        for token in range(quantity.number_end + 1, quantity.token_end - 1):
            if tree.lowers[token] == "of":
                end = token  # "1 million tons of grain a year" is one expression
                break
        if (
            end < tree.size
            and tree.lowers[end] in ("of", "in", "worth")
            and tree.sentence_of[end] == tree.sentence_of[top]
        ):
            noun = tree.child(end, "pobj", "pcomp")
            if noun is None and tree.lowers[end] == "worth":
                of = tree.child(end, "prep")
                noun = tree.child(of, "pobj") if of is not None else None
            if noun is not None and tree.tags[noun] in NOUN_TAGS | {"WDT", "DT", "PRP", "JJ", "VBG"}:
                if tree.lowers[end] == "in":
                    found.own_in = noun if tree.doc[noun].ent_type_ not in ("DATE", "TIME") else None
                else:
                    found.own_of = noun
        for place in {top, quantity.head}:
            self._note_beside(place, end, found)
        if found.own_of is None and end < tree.size and tree.tags[end] in ("NN", "NNS"):
            last = end - 1
            if tree.deps[last] == "compound" and tree.heads[last] == end and last > quantity.number_start:
                found.own_of = end  # "6.8 grams per tonne gold", "2 million tonnes wheat"
        if found.own_of is None and end < tree.size and tree.lowers[end] == "of" and end + 1 < tree.size:
            # The parser sometimes hangs "of which" elsewhere.
            found.own_of = end + 1 if tree.lowers[end + 1] in ("which", "them", "it", "those", "whom") else None

    def _note_beside(self, place: int, after: int, found: Governor, prepositions: frozenset[str] = _BESIDE) -> None:
        """Note the things, not places or times, that prepositions add: "spent … on roads"."""
        tree = self._tree
        for child in tree.children[place]:
            if child < after or tree.deps[child] != "prep" or tree.lowers[child] not in prepositions:
                continue
            noun = tree.child(child, "pobj")
            if noun is None or noun in self.owner or tree.tags[noun] not in ("NN", "NNS"):
                continue
            if tree.doc[noun].ent_type_ not in _PLACES:
                found.beside.append(noun)

    def _add_noun(self, noun: int, rule: str, found: Governor) -> bool:
        """Note a noun, or what completes it where it says nothing itself; False where the climb should go on."""
        tree = self._tree
        key = tree.keys[noun]
        if key in self._change_nouns:
            found.change_noun = noun if found.change_noun is None else found.change_noun
            if key == "growth" or key == "loss":
                found.nouns.append((noun, rule))
                return True
        elif key not in self._transparent or self._is_compound(noun) or self._names_measure(tree, noun, None):
            found.nouns.append((noun, rule))
            return True
        elif key in _PACES and rule.startswith("of-"):
            found.pace = noun
        completed = self._completion(noun)
        if completed is None and rule == "object" and found.verb is not None:
            completed = self._told_of(found.verb, noun)
        if completed is not None:
            found.nouns.append((completed, f"{rule}>{key}"))
            return True
        if self._names_measure(tree, noun, found.dimension):
            found.nouns.append((noun, rule))
            return True
        if rule in ("object", "subject", "root") and found.change_noun != noun:
            found.bare.append(noun)
        return False

    def _told_of(self, verb: int, noun: int) -> int | None:
        """ "lifted its forecast for growth to 3%": the parse may hang "for growth" on the verb."""
        tree = self._tree
        for child in tree.children[verb]:
            if child == noun + 1 and tree.deps[child] == "prep" and tree.lowers[child] in ("for", "of", "on"):
                inner = tree.child(child, "pobj")
                is_noun = inner is not None and inner not in self.owner and tree.tags[inner] in ("NN", "NNS")
                if inner is not None and is_noun and tree.doc[inner].ent_type_ not in ("DATE", "TIME"):
                    return inner
        return None

    def _is_compound(self, noun: int) -> bool:
        # "unemployment rate", "oil demand level": the noun before says what it is; "annual rate" says nothing.
        return any(
            self._tree.deps[child] in ("compound", "nmod")
            and child not in self.owner
            and self._tree.tags[child] in NOUN_TAGS
            for child in self._tree.children[noun]
        )

    def _completion(self, noun: int) -> int | None:
        tree = self._tree
        deepest: int | None = None
        for _ in range(3):
            completed = tree.complement(noun, "of", "in", "for", "on")
            if completed is None or completed in self.owner or tree.tags[completed] not in NOUN_TAGS:
                completed = next(
                    (
                        child
                        for child in reversed(tree.children[noun])
                        if tree.deps[child] == "compound" and tree.tags[child] in NOUN_TAGS and child not in self.owner
                    ),
                    None,
                )
                return completed if completed is not None else deepest
            if tree.doc[completed].ent_type_ in ("DATE", "TIME"):
                return deepest
            if tree.keys[completed] not in self._transparent and tree.keys[completed] not in self._change_nouns:
                return completed
            noun = deepest = completed
        return deepest

    def _at_verb(self, token: int, verb: int, label: str, found: Governor) -> None:
        """Note what a verb offers: its object for "raise exports by 5%", else its subject."""
        tree = self._tree
        found.verb = verb
        if label in SUBJECTS:
            found.relation = "subject"
            self._note_beside(verb, verb, found, _AIMS)  # "Rs 2 trillion will go to defence"
            return
        if label == "prep":
            found.relation = tree.lowers[token]
        found.relation = found.relation or ("object" if label in _OBJECTS else label)
        if found.relation in _OF_OBJECTS:
            for child in tree.children[verb]:
                if (
                    tree.deps[child] in ("dobj", "nsubjpass", "oprd")
                    and child != token
                    and child not in self.owner
                    and child not in found.path
                    and tree.tags[child] in NOUN_TAGS
                ):
                    self._add_noun(child, "object", found)
        self._note_beside(verb, token, found)
        subject = tree.subject(verb)
        if subject is None:
            return
        if subject in self.owner or tree.tags[subject] in _PRONOUNS:
            if subject in self.owner:
                found.linked = self.owner[subject] if found.linked is None else found.linked
                found.link_label = "subject"
            else:
                found.pronoun = subject
            return
        if subject not in found.path and not self._add_noun(subject, "subject", found):
            found.pronoun = subject
        if tree.keys[subject] in self._transparent and any(
            tree.lowers[child] in ("this", "that", "these", "those", "such") for child in tree.children[subject]
        ):
            found.pronoun = subject
