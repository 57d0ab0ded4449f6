"""Who delivers to whom, and what a figure is about."""

from collections import Counter
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from flows.nlp.figures.draft import Cues, Draft
from flows.nlp.figures.frames import Frame, read_frame
from flows.nlp.figures.tree import NOUN_TAGS, VERB_TAGS, Tree
from flows.nlp.measures import Measures
from flows.nlp.resolution.countries import home_country
from flows.nlp.spans import MentionSpan

_DEALERS = frozenset({"GPE", "ORG", "LOC", "NORP", "PERSON"})
_OWNERS = frozenset({"GPE", "ORG"})
_THINGS = frozenset({"FACILITY", "PROJECT"})
_WE = frozenset({"we", "our", "us"})
_POSSESSIVES = frozenset({"its", "their", "his", "her"})
_CLIMB = 12


class PartyReader:
    """Reads supplier, recipient and subject of the drafts of one text."""

    def __init__(self, tree: Tree, measures: Measures, cues: Cues, mentions: Sequence[MentionSpan]) -> None:
        self._tree = tree
        self._measures = measures
        self._cues = cues
        self._by_token: dict[int, MentionSpan] = {}
        self._countries: dict[str, MentionSpan] = {}
        for mention in mentions:
            for token in range(mention.token_start, mention.token_end):
                # A name wins over a description that covers it.
                if token not in self._by_token or self._by_token[token].is_description:
                    self._by_token[token] = mention
            entity = mention.entity
            if entity.entity_type in ("GPE", "NORP") and entity.country_iso3:
                self._countries.setdefault(entity.country_iso3, mention)
        self._frames: dict[int, Frame] = {}

    def home(self, doc: Doc) -> MentionSpan | None:
        """The state that the text is about, where it is about one."""
        named = [mention for mention in doc._.mentions or () if mention.entity.entity_type in ("GPE", "NORP")]
        counted = Counter(mention.entity.country_iso3 for mention in named if mention.entity.country_iso3)
        iso = home_country(doc, named, counted)
        return self._countries.get(iso) if iso is not None else None

    def mention_at(self, token: int, kinds: frozenset[str] = _DEALERS) -> MentionSpan | None:
        """The mention of one of these kinds that covers ``token``."""
        mention = self._by_token.get(token)
        return mention if mention is not None and mention.entity.entity_type in kinds else None

    def read(self, draft: Draft, speaker: MentionSpan | None) -> None:
        """Set the parties that the sentence names."""
        if not self._by_token:
            return
        flow = self._measures.flows.get(draft.measure) if draft.measure is not None else None
        if flow is not None:
            self._read_flow(draft, flow, speaker)
        self._read_subject(draft, flow)

    # Flows.

    def _read_flow(self, draft: Draft, flow: str, speaker: MentionSpan | None) -> None:
        actor = self._actor(draft, speaker)
        supplier, recipient = (actor, None) if flow == "out" else (None, actor)
        for preposition, mention in self._attached(draft):
            if preposition == "from" and supplier is None:
                supplier = mention
            elif preposition in ("to", "for", "into") and recipient is None:
                recipient = mention
            elif preposition == "by":
                if flow == "out" and supplier is None:
                    supplier = mention
                elif flow == "in" and recipient is None:
                    recipient = mention
        if supplier is None and recipient is None:
            teller = self._telling_country(draft)
            supplier, recipient = (teller, None) if flow == "out" else (None, teller)
        if recipient is None and flow == "out" and supplier is not None:
            recipient = self._taker(draft)
        if supplier is None:
            supplier = self._origin(draft) or (self._giver(draft) if flow == "in" else None)
        if supplier is not None and recipient is not None and supplier.entity.entity_id == recipient.entity.entity_id:
            recipient = None if flow == "out" else recipient
            supplier = None if flow == "in" else supplier
        draft.supplier, draft.recipient = supplier, recipient

    def _actor(self, draft: Draft, speaker: MentionSpan | None) -> MentionSpan | None:
        """Who sends or takes: the owner of the measured noun, else the verb's subject or its "by"."""
        tree = self._tree
        if draft.phrase is not None and (draft.measure_rule or "").startswith("noun"):
            start, end = draft.phrase
            head = self._head(draft.phrase)
            for token in range(start, end):
                mention = self.mention_at(token)
                if mention is not None and token < head and not self._is_forecast_of(draft, token + 1, mention):
                    return mention
            for child in tree.children[head]:
                if tree.deps[child] == "poss" and child < head:
                    return self._named(child, speaker) or self._possessor(child)
        verb = draft.governor.verb
        if verb is None:
            return None
        if tree.child(verb, "auxpass") is not None:
            agent = tree.child(verb, "agent")
            noun = tree.child(agent, "pobj") if agent is not None else None
            return self._named(noun, speaker) if noun is not None else None
        subject = tree.subject(verb)
        if subject is None or ((draft.measure_rule or "").startswith("noun") and self._in_phrase(subject, draft)):
            return None
        named = self._named(subject, speaker)
        return None if named is not None and self._foresees(draft, verb, named) else named

    def _foresees(self, draft: Draft, verb: int, named: MentionSpan) -> bool:
        """ "Conab forecast soybean exports at 105 million tons": the agency exports none. "Russia expects exports to
        reach 240 million tons" is of Russia."""
        if draft.commodity is None or self._tree.lemmas[verb] not in self._cues.forecast_verbs:
            return False
        return self._note_forecaster(draft, named)

    def _note_forecaster(self, draft: Draft, named: MentionSpan) -> bool:
        if named.entity.entity_type not in ("ORG", "PERSON"):
            return False
        draft.forecaster = draft.forecaster or named
        return True

    def _telling_country(self, draft: Draft) -> MentionSpan | None:
        """ "Russia expects oil exports to reach 240 million tons": exports of nobody else are its own."""
        tree, verb = self._tree, draft.governor.verb
        if verb is None or tree.deps[verb] not in ("ccomp", "xcomp"):
            return None
        subject = tree.subject(verb)
        if subject is None or not self._in_phrase(subject, draft):
            return None
        teller = tree.subject(tree.heads[verb])
        return self.mention_at(teller, frozenset({"GPE"})) if teller is not None else None

    def _named(self, noun: int, speaker: MentionSpan | None) -> MentionSpan | None:
        """Whom a noun names: itself, or the country in "Chinese refiners"; the speaker's country for "we"."""
        tree = self._tree
        if tree.lowers[noun] in _WE:
            country = speaker.entity.country_iso3 if speaker is not None else None
            if speaker is not None and speaker.entity.entity_type in ("GPE", "ORG"):
                return speaker
            return self._countries.get(country) if country is not None else None
        mention = self.mention_at(noun)
        if mention is not None or tree.tags[noun] not in NOUN_TAGS:
            return mention
        start, _ = tree.phrase(noun)
        return next((found for token in range(noun - 1, start - 1, -1) if (found := self.mention_at(token))), None)

    def _possessor(self, pronoun: int) -> MentionSpan | None:
        """Who "its" is: the subject of the nearest clause that it does not stand in the subject of."""
        tree = self._tree
        if tree.lowers[pronoun] not in _POSSESSIVES:
            return None
        token = pronoun
        for _ in range(_CLIMB):
            head = tree.heads[token]
            if head == token:
                return None
            if tree.tags[head] in VERB_TAGS and tree.deps[token] not in ("nsubj", "nsubjpass"):
                subject = tree.subject(head)
                if subject is not None and subject < pronoun:
                    named = self._named(subject, None)
                    return named if named is not None and _fits_pronoun(tree.lowers[pronoun], named) else None
            token = head
        return None

    def _attached(self, draft: Draft) -> Iterator[tuple[str, MentionSpan]]:
        """Prepositions with the one they name, on the amount, on what it is of, on the noun and on the verb."""
        _tree, governor = self._tree, draft.governor
        places = [governor.path[0], draft.quantity.head]
        if governor.pronoun is not None:
            places.insert(0, governor.pronoun)  # "those from Mongolia rose to 5 million tonnes"
        places += [noun for noun in (governor.own_of, governor.own_in) if noun is not None]
        if draft.phrase is not None:
            places.append(self._head(draft.phrase))
            places.append(draft.phrase[1] - 1)
        places += [noun for noun, _ in governor.nouns]
        if governor.verb is not None:
            places.append(governor.verb)
        for place in dict.fromkeys(places):
            yield from self._below(place, 0)

    def _below(self, place: int, depth: int) -> Iterator[tuple[str, MentionSpan]]:
        tree = self._tree
        for child in tree.children[place]:
            label = tree.deps[child]
            if label in ("prep", "agent", "dative"):
                noun = tree.child(child, "pobj")
                if noun is None:
                    if label == "dative" and (mention := self._named(child, None)) is not None:
                        yield "to", mention
                    continue
                for named in (noun, tree.child(noun, "conj")):
                    mention = self._named(named, None) if named is not None else None
                    if mention is not None:
                        yield tree.lowers[child], mention
                # "supplied by X to Y": the second preposition may hang on the first one's noun.
                if depth < 2:
                    yield from self._below(noun, depth + 1)

    def _taker(self, draft: Draft) -> MentionSpan | None:
        """ "China took 73% of Brazil's exports": the subject of a verb of taking."""
        verb = draft.governor.verb
        sense = self._measures.of_word(self._tree.lemmas[verb], "mass", "verb") if verb is not None else None
        if sense is None or self._measures.flows.get(sense.measure) != "in":
            return None
        return next(self._verb_subject(draft), None)

    def _giver(self, draft: Draft) -> MentionSpan | None:
        """ "Russia supplies 18% of India's imports", "accounts for": the subject of a verb of giving."""
        verb = draft.governor.verb
        if verb is None or draft.kind != "share":
            return None
        lemma = self._tree.lemmas[verb]
        sense = self._measures.of_word(lemma, "mass", "verb")
        is_out = sense is not None and self._measures.flows.get(sense.measure) == "out"
        return next(self._verb_subject(draft), None) if is_out or lemma in self._cues.giving_verbs else None

    def _origin(self, draft: Draft) -> MentionSpan | None:
        """ "imports of Russian oil": the country whose goods they are."""
        tree, governor = self._tree, draft.governor
        for noun in (governor.own_of, draft.phrase[1] - 1 if draft.phrase is not None else None):
            if noun is None or tree.tags[noun] not in NOUN_TAGS:
                continue
            start, end = tree.phrase(noun)
            for token in range(start, end - 1):
                mention = self.mention_at(token, frozenset({"GPE", "NORP"}))
                if mention is not None and tree.heads[token] == noun and self._actor(draft, None) is not mention:
                    return mention
        return None

    # What it is about.

    def _read_subject(self, draft: Draft, flow: str | None) -> None:
        tree, governor = self._tree, draft.governor
        ranges: list[tuple[int, int]] = []
        if draft.phrase is not None:
            ranges.append((draft.phrase[0], self._right_edge(draft.phrase[1])))
        ranges += [(tree.phrase(noun)[0], self._right_edge(noun + 1)) for noun, _ in governor.nouns]
        for start, end in ranges:
            for token in range(start, end):
                mention = self.mention_at(token, _THINGS)
                if mention is not None:
                    draft.subject = mention
                    return
        if flow is not None or (draft.quantity.dimension == "count" and draft.measure == "countries"):
            return
        inside = range(draft.quantity.token_start, draft.quantity.token_end)
        # "10 billion U.S. dollars" are not of the United States.
        owners = {m.entity.entity_id: m for m in self._owners(draft) if m.token_start not in inside}
        if draft.measure == "trade_turnover" and len(owners) != 1:
            return  # Trade of two is about neither.
        draft.subject = next(iter(owners.values()), None)

    def _right_edge(self, end: int) -> int:
        """Past what prepositions add right after a phrase: "via the X pipeline", "in Yamal"."""
        tree = self._tree
        for _ in range(2):
            if end >= tree.size or tree.deps[end] != "prep":
                return end
            noun = tree.child(end, "pobj")
            if noun is None or not end < noun <= end + 8:
                return end
            end = noun + 1
        return end

    def _owners(self, draft: Draft) -> Iterator[MentionSpan]:
        """Whose figure it is, the likeliest first."""
        tree = self._tree
        if (draft.measure_rule or "").startswith("verb"):
            yield from self._verb_subject(draft)
        if draft.phrase is not None:
            start, end = draft.phrase
            head = self._head(draft.phrase)
            for child in tree.children[head]:
                if tree.deps[child] == "poss":
                    mention = self._named(child, None) or self._possessor(child)
                    if mention is not None and not self._is_forecast_of(draft, head, mention):
                        yield mention
            for token in range(start, end):
                mention = self.mention_at(token)
                if mention is not None and not self._is_forecast_of(draft, head, mention):
                    yield mention
            for place in (head, end - 1):
                for preposition, mention in self._below(place, 2):
                    if preposition in ("of", "in", "at", "for", "by", "with", "between"):
                        yield mention
        if draft.measure != "trade_turnover":  # "Russia and India agreed to raise trade": of both, so of neither
            yield from self._verb_subject(draft)
            yield from self._main_subject(draft)

    def _main_subject(self, draft: Draft) -> Iterator[MentionSpan]:
        """ "Nigeria plans to pump more, after production averaged 1.3 million bpd": whom the main clause is about."""
        tree, verb = self._tree, draft.governor.verb
        if verb is None or tree.deps[verb] != "advcl" or draft.phrase is None or len(range(*draft.phrase)) > 1:
            return
        main = tree.heads[verb]
        # "Nigeria plans to …, the minister said, after …": the parse hangs both on what he did, not on what he said.
        for clause in (main, tree.child(main, "ccomp")):
            subject = tree.subject(clause) if clause is not None else None
            if subject is not None and (mention := self.mention_at(subject, _OWNERS)) is not None:
                yield mention

    def _verb_subject(self, draft: Draft) -> Iterator[MentionSpan]:
        tree, governor = self._tree, draft.governor
        verb = governor.verb
        if verb is None and governor.nouns:
            # "extends its output cut of 1 million barrels": the verb stands above the noun.
            above = governor.nouns[0][0]
            for _ in range(4):
                above = tree.heads[above]
                if tree.tags[above] in VERB_TAGS:
                    verb = above
                    break
        if verb is not None and governor.relation != "subject":
            subject = tree.subject(verb)
            if subject is not None and (mention := self._named(subject, None)) is not None:
                noun = tree.child(verb, "dobj")
                if not self._foresees(draft, verb, mention) and not self._is_forecast_of(draft, noun, mention):
                    yield mention

    def _is_forecast_of(self, draft: Draft, noun: int | None, named: MentionSpan) -> bool:
        """ "The agency lifted its forecast for world demand", "the bank's Brent forecast"."""
        is_forecast = noun is not None and self._tree.keys[noun] in self._cues.forecast_nouns
        return is_forecast and self._note_forecaster(draft, named)

    def frame(self, sentence: int) -> Frame:
        """Who supplies whom, by the nouns for suppliers and buyers in ``sentence``: read once."""
        if sentence not in self._frames:
            self._frames[sentence] = read_frame(self._tree, self._cues, sentence, self._named, self._below)
        return self._frames[sentence]

    def is_pronoun(self, draft: Draft) -> bool:
        """Whether "we", "it" or "they" is the one who sends or takes."""
        verb = draft.governor.verb
        subject = self._tree.subject(verb) if verb is not None else None
        return subject is not None and self._tree.tags[subject] == "PRP"

    def _in_phrase(self, token: int, draft: Draft) -> bool:
        return draft.phrase is not None and draft.phrase[0] <= token < draft.phrase[1]

    def _head(self, phrase: tuple[int, int]) -> int:
        """The head of a phrase that may end in "of …", or in the verb that says what its subject did."""
        start, end = phrase
        tree = self._tree
        while end - 1 > start and tree.tags[end - 1] in VERB_TAGS | {"RB", "TO"}:
            end -= 1
        for token in range(start, end):
            if tree.lowers[token] == "of" and token > start:
                return token - 1
        return end - 1


def _fits_pronoun(pronoun: str, mention: MentionSpan) -> bool:
    return (mention.entity.entity_type == "PERSON") == (pronoun in ("his", "her"))


def settle_purchases(draft: Draft) -> None:
    """Call what one country buys from another imports."""
    parties = (draft.supplier, draft.recipient)
    countries = {party.entity.country_iso3 for party in parties if party is not None} - {None}
    if draft.measure == "purchases" and len(countries) == 2:
        draft.measure = "imports"
