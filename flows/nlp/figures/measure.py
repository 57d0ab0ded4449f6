"""Reads what one quantity measures, from the nouns and the verb it hangs on."""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from flows.nlp.figures.draft import Cues, Draft
from flows.nlp.figures.tree import NOUN_TAGS, VERB_TAGS, Tree
from flows.nlp.measures import Measures
from flows.nlp.spans import Quantity

PHYSICAL = frozenset({"mass", "volume", "energy", "power"})
_NO_OBJECT = frozenset({"by", "subject-of-other"})
_NOT_OF_A_SUM = frozenset({"price", "share_price", "exchange_rate", "fee"})
"""What a sum is never "of": "$10 billion of shares" is no share price."""
_WHOLES = frozenset({"gdp", "product", "income", "economy"})
"""What deficits and budgets are told in percent of: "5% of GDP" measures something else."""
_EXTENTS = frozenset(
    {"length", "height", "width", "depth", "weight", "area", "size", "diameter", "volume", "thickness"}
)
_GENERIC = frozenset({"freight", "consumption", "purchases"})
"""Measures of verbs that say less than the noun counted."""
_EARNED = frozenset({"income", "revenue"})
_VALUED = frozenset({"trade", "export", "import", "shipment", "turnover", "sale", "output", "production"})
"""What is no property put at a price, but a sum: "trade was valued at $3 billion"."""
_COMPARATIVES = frozenset({"more", "less", "fewer"})
_SESSIONS = frozenset({"trade", "trading", "session", "deal", "dealing"})
_SUBJECT_GAP = 4
"""Words between a subject and its verb that still make one phrase: "Pakistan needs to repay"."""


class MeasureReader:
    """Decides measure and phrase of a draft, from its own sentence alone."""

    def __init__(self, tree: Tree, measures: Measures, cues: Cues, owner: Mapping[int, int]) -> None:
        self._tree = tree
        self._measures = measures
        self._cues = cues
        self._owner = owner

    def read(self, draft: Draft) -> None:
        """Set measure, its phrase and the rule that found it; leaves them None where the sentence does not tell."""
        quantity = draft.quantity
        if quantity.counted_noun is not None and (quantity.dimension or "").startswith("count"):
            self._read_count(draft)
        else:
            self._read_amount(draft)
        if draft.kind == "share" and draft.measure == "share_price":
            draft.measure = draft.measure_rule = None  # "the share of national currencies exceeded 96%"

    # Counts: the counted noun tells what they are, unless a governor says it better.

    def _read_count(self, draft: Draft) -> None:
        governor, quantity = draft.governor, draft.quantity
        noun = quantity.head
        start, end = self._tree.whole_phrase(noun, quantity.number_end if quantity.number_end <= noun else 0)
        for candidate, rule in governor.nouns:
            if rule.startswith("of-") and self._take_noun(draft, candidate, rule):
                return
        before = quantity.token_start - 1
        if before >= 0 and self._tree.keys[before] == "magnitude" and self._take_noun(draft, before, "before"):
            return
        if governor.own_of is not None and self._tree.keys[noun] in ("type", "kind", "sort", "pair", "piece", "set"):
            start, end = min(start, noun), self._tree.phrase(governor.own_of)[1]
        draft.phrase = (start, end)
        if self._take_state(draft) or self._take_jobs(draft, noun):
            return
        if self._take_verb(draft):
            if draft.measure in _GENERIC:  # "handled 84 million passengers"
                told = self._measures.of_phrase(
                    self._tree, start, noun, quantity.dimension, is_relative=False, pos="counted"
                )
                draft.measure = told.sense.measure if told is not None else draft.measure
            return
        lemma = self._tree.lemmas[governor.verb] if governor.verb is not None else None
        if lemma in self._cues.level_verbs and governor.relation != "subject":
            for candidate, rule in governor.nouns:
                if rule.startswith("subject") and self._take_noun(draft, candidate, rule):
                    return
        found = self._measures.of_phrase(
            self._tree, start, noun, quantity.dimension, is_relative=draft.is_relative, pos="counted"
        ) or self._measures.of_phrase(self._tree, start, noun, quantity.dimension, is_relative=False)
        if found is not None:
            draft.measure, draft.measure_rule = found.sense.measure, "counted"
        elif self._tree.keys[noun] == "people" and self._tree.child(noun, "poss") is not None:
            draft.measure, draft.measure_rule = "population", "counted"  # "the country's 8.5 million people"

    def _take_state(self, draft: Draft) -> bool:
        """ "81 people were confirmed dead", "102 people still unaccounted for": what is said of those counted."""
        tree, verb, top = self._tree, draft.governor.verb, draft.governor.path[0]
        places = [child for child in tree.children[top] if child > top and tree.deps[child] in ("amod", "acl", "relcl")]
        if verb is not None and draft.governor.relation == "subject":
            places += [child for child in tree.children[verb] if tree.deps[child] in ("oprd", "acomp") and child > verb]
        for place in places:
            sense = self._measures.of_word(tree.lowers[place], draft.quantity.dimension, "state")
            if sense is not None:
                draft.measure, draft.measure_rule = sense.measure, "adjective"
                return True
        return False

    def _take_jobs(self, draft: Draft, noun: int) -> bool:
        """ "will cut 3,000 jobs", "added 40 posts"."""
        tree, verb = self._tree, draft.governor.verb
        if verb is None or draft.governor.relation not in ("object", "subject"):
            return False
        found = self._measures.of_phrase(tree, noun, noun, "count", is_relative=False)
        if found is None or found.sense.measure != "employment":
            return False
        sense = self._measures.of_word(tree.lemmas[verb], "count", "verb_of_jobs")
        if sense is not None:
            draft.measure, draft.measure_rule = sense.measure, f"verb:{tree.lemmas[verb]}"
        return sense is not None

    # Everything else.

    def _read_amount(self, draft: Draft) -> None:
        governor = draft.governor
        last = draft.quantity.token_end - 1
        if draft.quantity.dimension == "duration" and self._tree.lowers[last] == "old" and self._take_adjective(draft):
            return
        if draft.quantity.dimension == "count" and self._take_state(draft):
            return
        if draft.kind == "change" and self._take_comparative(draft):
            return
        for noun, rule in self._candidates(draft):
            if rule == "verb":
                if self._take_verb(draft):
                    return
            elif self._take_noun(draft, noun, rule):
                return
        if self._take_modified(draft) or self._take_adjective(draft):
            return
        self._take_phrase_alone(draft)
        dimension = draft.quantity.dimension
        if self._take_price(draft):
            return
        if governor.linked is None and dimension is not None and not draft.is_relative:
            sense = self._measures.of_word(dimension, dimension, "dimension")
            if sense is not None:
                draft.measure, draft.measure_rule = sense.measure, "dimension"

    def _take_comparative(self, draft: Draft) -> bool:
        """ "used 30 percent less gas", "imported 12% more coal": the verb tells of what."""
        tree, end, verb = self._tree, draft.quantity.token_end, draft.governor.verb
        last = end if end < tree.size and tree.lowers[end] in _COMPARATIVES else end - 1
        if verb is None or verb >= draft.quantity.token_start or tree.lowers[last] not in _COMPARATIVES:
            return False
        noun = tree.heads[last]
        if noun <= last or tree.tags[noun] not in NOUN_TAGS:
            return False
        sense = self._measures.of_word(tree.lemmas[verb], "mass", "verb")
        if sense is None:
            return False
        draft.measure, draft.measure_rule = sense.measure, f"verb:{tree.lemmas[verb]}"
        draft.phrase = tree.phrase(noun, last + 1)
        return True

    def _candidates(self, draft: Draft) -> Iterator[tuple[int, str]]:
        """Nouns to look up, the most telling place first; ``verb`` marks where the verb's own meaning comes in."""
        governor = draft.governor
        near = [(noun, rule) for noun, rule in governor.nouns if not rule.startswith(("subject", "object", "root"))]
        far = [(noun, rule) for noun, rule in governor.nouns if rule.startswith(("subject", "object", "root"))]
        is_of_whole = governor.own_of is not None and self._tree.keys[governor.own_of] in _WHOLES
        if draft.kind == "share" and governor.own_of is not None and not is_of_whole:
            yield governor.own_of, "own-of"
        yield from (pair for pair in near if pair[1].startswith("of-"))
        if governor.own_in is not None:
            yield governor.own_in, "own-in"
        if governor.own_of is not None and not is_of_whole:
            yield governor.own_of, "own-of"
        before = draft.quantity.token_start - 1
        is_named = before >= 0 and self._tree.tags[before] in NOUN_TAGS
        is_named = is_named and self._tree.tags[before + 1] not in VERB_TAGS  # "rain in the hills exceeded 40 mm"
        if is_named and self._tree.sentence_of[before] == draft.sentence:
            yield before, "before"  # "a magnitude 6.1 quake"
        yield from (pair for pair in near if not pair[1].startswith("of-"))
        verb = self._tree.lemmas[governor.verb] if governor.verb is not None else None
        is_sum = verb == "value" and len(far) > 0 and self._tree.keys[far[0][0]] in _VALUED
        if far and (draft.kind == "change" or verb in self._cues.level_verbs or is_sum):
            # "raised exports by 5 bcm", "exports made up $5 million": whatever the verb means with an amount.
            yield from far
        yield -1, "verb"
        yield from far

    def _take_noun(self, draft: Draft, noun: int, rule: str) -> bool:
        """Take the measure whose term ends the phrase of ``noun``."""
        tree = self._tree
        if noun in self._owner and rule not in ("own-in", "own-of"):
            return False
        quantity = draft.quantity
        start, _ = tree.phrase(noun, floor(quantity, noun))
        if self._is_name(start, noun):
            return False
        found = self._measures.of_phrase(tree, start, noun, quantity.dimension, is_relative=draft.is_relative)
        if found is None and start < noun and tree.keys[noun] in self._cues.transparent:
            # "its revenue forecast"
            found = self._measures.of_phrase(tree, start, noun - 1, quantity.dimension, is_relative=draft.is_relative)
        if found is None and noun + 1 < tree.size and tree.lowers[noun + 1] == "of":
            # "share of the vote", "cost of living": the term goes on after its head.
            inner = tree.complement(noun, "of")
            if inner is not None and noun < inner <= noun + 4:
                found = self._measures.of_phrase(tree, noun, inner, quantity.dimension, is_relative=draft.is_relative)
                found = found if found is not None and found.start == noun else None
        if found is None:
            return False
        if rule in ("own-of", "own-in") and found.sense.measure in _NOT_OF_A_SUM:
            return False
        if rule == "own-in" and draft.kind == "change" and tree.keys[noun] in _SESSIONS:
            return False  # "slid 6.5% in early trade"
        if found.sense.measure == "growth" and draft.kind in ("change", "level") and tree.keys[noun] == "growth":
            draft.kind = "change" if quantity.dimension == "ratio" else draft.kind
            draft.direction = draft.direction or ("down" if quantity.value < 0 else "up")
        draft.measure, draft.measure_rule = found.sense.measure, f"noun:{rule}"
        if draft.measure == "price" and self._is_capped(noun, draft.governor.verb):
            draft.measure = "price_cap"
        draft.phrase = tree.whole_phrase(noun, floor(quantity, noun))
        if rule == "own-in" and tree.keys[noun] in _EXTENTS and draft.governor.nouns:
            # "a tunnel, 57 km in length": the extent says how, the noun before says of what.
            draft.phrase = tree.whole_phrase(draft.governor.nouns[0][0])
        draft.commodity = draft.commodity or found.sense.commodity
        return True

    def _is_capped(self, noun: int, verb: int | None) -> bool:
        """ "capped gas prices at 180 euros": an amount set to prices, and no price paid."""
        tree, words = self._tree, self._cues.capping
        if verb is not None and tree.lemmas[verb] in words:
            return True
        return any(tree.lowers[child] in words for child in tree.children[noun] if child < noun)

    def _is_name(self, start: int, noun: int) -> bool:
        """ "Federal Reserve" holds no reserves; names of indexes ("Dow Jones Industrial Average") are measures."""
        tree = self._tree
        if tree.tags[noun] == "NNP" and tree.doc[noun].is_title and noun and tree.lowers[noun - 1] == "the":
            return tree.doc[noun].ent_type_ in ("ORG", "GPE", "PERSON")  # "the Commission", "the Fund"
        if tree.tags[noun] not in ("NNP", "NNPS") or noun == start or tree.tags[noun - 1] not in ("NNP", "NNPS"):
            return False
        if not (tree.doc[noun].is_title and tree.doc[noun - 1].is_title):
            return False
        found = self._measures.of_phrase(tree, start, noun, "count", is_relative=True)
        return found is None or found.sense.measure != "stock_index"

    def _take_verb(self, draft: Draft) -> bool:
        governor, quantity, tree = draft.governor, draft.quantity, self._tree
        verb = governor.verb
        if verb is None or draft.kind == "change" or governor.relation in _NO_OBJECT:
            return False
        dimension = quantity.dimension
        if draft.kind == "share" and governor.own_of is not None and tree.keys[governor.own_of] in _WHOLES:
            dimension = "money"  # "spent 4% of its GDP"
        elif draft.kind == "share" and governor.own_of is not None:
            start, end = tree.phrase(governor.own_of, floor(quantity, governor.own_of))
            if self._measures.commodity_in(tree, start, end) is not None:
                dimension = "mass"  # "imported 55% of its gas": as an amount of it would be
        lemma, relation = tree.lemmas[verb], governor.relation
        if relation == "for":
            pos = "verb_for"
        elif relation == "subject" and tree.child(verb, "auxpass") is None and tree.tags[verb] != "VBN":
            pos = "verb_subject"
        elif relation in ("subject", "object", "at", "to", "with", "in", "over", "above", "below", "nearly", "between"):
            if relation == "to" and lemma not in ("sentence", "jail", "imprison", "enrich"):
                return False
            pos = "verb"
        else:
            return False
        if pos == "verb" and any(
            tree.lowers[child] == "to" and tree.deps[child] == "prep" for child in tree.children[verb]
        ):
            pos = "verb_to" if self._measures.of_word(lemma, dimension, "verb_to") else pos
        # The lemmatizer takes "fined" for a form of "fin".
        forms = (lemma, f"{lemma}e", tree.lowers[verb])  # "nine people were still missing"
        sense = next((found for form in forms if (found := self._measures.of_word(form, dimension, pos))), None)
        if sense is None:
            return False
        if sense.measure == "share_ownership" and relation == "at":
            return False  # "held its key rate at 21%"
        if lemma == "take" and (subject := tree.subject(verb)) is not None and tree.lowers[subject] == "it":
            return False  # "it takes 15,000 litres of water"
        if sense.measure in _EARNED and relation == "object" and self._take_source(draft, verb):
            return True
        draft.measure, draft.measure_rule = sense.measure, f"verb:{lemma}"
        if draft.phrase is None and dimension != "count":
            self._take_phrase_alone(draft)
            self._take_verb_phrase(draft, verb)
        return True

    def _take_source(self, draft: Draft, verb: int) -> bool:
        """ "Kenya earned $1.4 billion from tea exports": what is earned from says more than the earning."""
        tree = self._tree
        for child in tree.children[verb]:
            noun = tree.child(child, "pobj") if tree.deps[child] == "prep" and tree.lowers[child] == "from" else None
            if noun is not None and tree.tags[noun] in NOUN_TAGS and self._take_noun(draft, noun, "from"):
                return True
        return False

    def _take_verb_phrase(self, draft: Draft, verb: int) -> None:
        """ "The fund lost $5 billion": where only the subject is named, the verb says what the amount is."""
        tree = self._tree
        if verb >= draft.quantity.token_start or verb in self._owner:
            return
        if draft.phrase is None:
            draft.phrase = (verb, verb + 1)
            return
        start, end = draft.phrase
        is_near = end <= verb <= end + _SUBJECT_GAP and tree.subject(verb) == end - 1
        if is_near and not any(token in self._owner for token in range(end, verb)):
            draft.phrase = (start, verb + 1)

    def _take_modified(self, draft: Draft) -> bool:
        """ "a $27 billion LNG plant", "$3 billion in deals": the thing right after the amount has it."""
        governor, quantity, tree = draft.governor, draft.quantity, self._tree
        noun = governor.modified
        if noun is None and quantity.dimension == "money" and self._is_amount_of(governor.own_in):
            noun = governor.own_in
        if noun is None or noun in self._owner or draft.is_relative:
            return False
        start, end = tree.phrase(noun, floor(quantity, noun))
        draft.phrase = (start, end)
        found = self._measures.of_phrase(tree, start, noun, quantity.dimension, is_relative=False, pos="attributive")
        sense = found.sense if found is not None else None
        if sense is None and quantity.dimension is not None:
            sense = self._measures.of_word(quantity.dimension, quantity.dimension, "attributive_dimension")
        if sense is not None:
            draft.measure, draft.measure_rule = sense.measure, "attributive"
        return True

    def _take_price(self, draft: Draft) -> bool:
        """ "Gold fell to $2,315 an ounce", "Brent rose 2%": what is named is what is priced."""
        dimension = draft.quantity.dimension or ""
        if draft.phrase is None or not (dimension.startswith("money_per_") or draft.kind == "change"):
            return False
        start, end = draft.phrase
        named = self._measures.commodities_in(self._tree, start, end)
        if not named or named[-1][1] != end - 1 or (draft.kind == "change" and dimension != "ratio"):
            return False
        draft.measure, draft.measure_rule = "price", "dimension:commodity"
        return True

    def _take_adjective(self, draft: Draft) -> bool:
        governor, quantity, tree = draft.governor, draft.quantity, self._tree
        words = [governor.adjective] if governor.adjective is not None else []
        words.append(quantity.token_end - 1)
        if quantity.token_end < tree.size and tree.sentence_of[quantity.token_end] == draft.sentence:
            words.append(quantity.token_end)
        for word in words:
            for form in (tree.lowers[word], tree.lemmas[word]):
                sense = self._measures.of_word(form, quantity.dimension, "adjective")
                if sense is not None:
                    draft.measure, draft.measure_rule = sense.measure, f"adjective:{form}"
                    self._take_phrase_alone(draft)
                    return True
        return False

    def _take_phrase_alone(self, draft: Draft) -> None:
        """The best phrase where no term is known: what stands nearest to the amount in the parse."""
        governor, quantity, tree = draft.governor, draft.quantity, self._tree
        near = [noun for noun, rule in governor.nouns if rule.startswith(("of-", "modifier", "apposition"))]
        far = [noun for noun, rule in governor.nouns if not rule.startswith(("of-", "modifier", "apposition"))]
        owned = [noun for noun in (governor.own_of,) if self._is_thing(noun)]
        owned += [noun for noun in (governor.own_in,) if self._is_amount_of(noun)]
        owned += governor.beside
        aims = [noun for noun in governor.bare if tree.deps[noun] == "dobj"]
        far = aims + far + [noun for noun in governor.bare if noun not in aims]  # "cut its forecast to 2%"
        is_level = governor.verb is not None and tree.lemmas[governor.verb] in self._cues.level_verbs
        is_level = is_level and not (draft.measure_rule or "").startswith("verb")  # "makes 2 million tonnes of iron"
        is_sum = quantity.dimension == "money" and self._is_amount_of(governor.own_in)
        if draft.kind == "change" or (is_level and governor.relation != "subject" and not is_sum):
            order = near + far + owned
        elif draft.kind == "share" or (quantity.dimension or "").partition("_per_")[0] in PHYSICAL | {"money"}:
            order = near + owned + far
        else:
            order = near + far + owned
        change = governor.change_noun if draft.kind == "change" and order and order[0] in far else None
        if change is not None and governor.verb is not None:
            is_asked = tree.lemmas[governor.verb] in self._cues.asking_verbs
            order = [change, *order] if is_asked else order  # "the unions want a rise of 8 percent"
        change = governor.change_noun
        if draft.kind in ("level", "rate") and change is not None and change in governor.path[1:3] and not near:
            order = [change, *order]  # "cuts of 2.2 million barrels a day"
        for noun in order:
            if tree.tags[noun] in NOUN_TAGS and (noun not in self._owner or noun in owned):
                draft.phrase = tree.whole_phrase(noun, floor(quantity, noun))
                return

    def _is_thing(self, noun: int | None) -> TypeGuard[int]:
        """Whether "of X" names what the amount consists of, rather than where or when."""
        return noun is not None and self._tree.doc[noun].ent_type_ not in ("GPE", "LOC", "DATE", "TIME", "FAC")

    def _is_amount_of(self, noun: int | None) -> TypeGuard[int]:
        """The same for "in X": most names after "in" are places, whether or not the model knows them."""
        tree = self._tree
        if not self._is_thing(noun):
            return False
        return tree.tags[noun] not in ("NNP", "NNPS") or self._measures.commodity_in(tree, noun, noun + 1) is not None


def floor(quantity: Quantity, noun: int) -> int:
    """Where the phrase of ``noun`` may begin: one after the amount starts after it; one inside it, after its unit."""
    if noun >= quantity.token_end:
        return quantity.token_end
    return quantity.head + 1 if noun > quantity.head else 0
