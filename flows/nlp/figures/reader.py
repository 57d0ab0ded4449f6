"""Puts figures together: what each quantity of a text measures, of whom, when, how certain, said by whom."""

from collections.abc import Sequence
from pathlib import Path

from spacy.tokens import Doc

from flows.nlp.attribution.reader import speaker_of
from flows.nlp.calibration import load_calibration
from flows.nlp.figures.carry import Carrier
from flows.nlp.figures.changes import ChangeReader
from flows.nlp.figures.commodity import CommodityReader
from flows.nlp.figures.context import ContextReader
from flows.nlp.figures.draft import MAX_SENTENCE, Cues, Draft, turned
from flows.nlp.figures.ellipsis import EllipsisReader
from flows.nlp.figures.governors import Climber, Governor
from flows.nlp.figures.market_days import carry_market_day
from flows.nlp.figures.measure import MeasureReader
from flows.nlp.figures.parties import PartyReader, settle_purchases
from flows.nlp.figures.periods import PeriodReader
from flows.nlp.figures.rates import read_time_apart
from flows.nlp.figures.tree import Tree, singular
from flows.nlp.ids import figure_id, sentence_id
from flows.nlp.lexicon import Row, read_table
from flows.nlp.measures import Measures
from flows.nlp.modality.reader import figure_status, read_modality
from flows.nlp.quantities.lexicon import DirectionRow
from flows.nlp.spans import MentionSpan, Quantity
from flows.records import Figure

_SHARES = frozenset({"share", "proportion", "percentage", "portion"})
_OF_WHICH = (["of", "which"], ["of", "whom"], ["of", "them"], ["of", "these"])
_WHOLE_GAP = 12
_ON_POLL = frozenset({"be", "poll", "stand"})
_COMPARING = frozenset({"from", "than", "against", "versus", "vs", "compared", "after"})
_BYGONE = frozenset({"last", "previous", "ago", "earlier", "past"})


class FigureWeightRow(Row):
    rule: str
    weight: float
    description: str


class FigureReader:
    """Turns the quantities of a text into figures; holds the tables, so that they are read once."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        self._user_dirs = tuple(user_dirs)
        self._measures = Measures(user_dirs)
        self._cues = Cues(user_dirs)
        directions = read_table("directions", DirectionRow, self._user_dirs)
        self._change_nouns = {singular(row.word): row.direction for row in directions if row.word_class == "noun"}
        self._change_verbs = {row.word: row.direction for row in directions if row.word_class == "verb"}
        self._weights = {row.rule: row.weight for row in read_table("figure_weights", FigureWeightRow, self._user_dirs)}
        self._calibration = load_calibration("figure", self._user_dirs)

    def read(self, doc: Doc) -> list[Figure]:
        """All figures of ``doc``, in text order.

        Returns:
            One figure per quantity; ``doc.text[char_start:char_end] == surface`` in each.
        """
        quantities: list[Quantity] = list(doc._.quantities or ())
        if not quantities:
            return []
        tree = Tree(doc)
        climber = Climber(
            tree, quantities, frozenset(self._change_nouns), self._cues.transparent, self._measures.names_measure
        )
        has_parse = doc.has_annotation("DEP")
        drafts = [self._draft(tree, climber, index, quantity, has_parse) for index, quantity in enumerate(quantities)]
        context = ContextReader(tree, self._measures, self._cues, doc._.periods or ())
        self._read_measures(tree, climber, context, drafts)
        self._read_circumstances(doc, tree, climber, context, drafts)
        return self._figures(doc, tree, drafts)

    def _draft(self, tree: Tree, climber: Climber, index: int, quantity: Quantity, has_parse: bool) -> Draft:
        sentence = tree.sentence_of[quantity.head]
        start, end = tree.sentences[sentence]
        is_readable = has_parse and end - start <= MAX_SENTENCE
        governor = climber.governor(index) if is_readable else Governor(path=[quantity.head])
        draft = Draft(
            index=index,
            quantity=quantity,
            governor=governor,
            sentence=sentence,
            is_readable=is_readable,
            kind=quantity.kind,
            direction=quantity.direction,
            reasons=list(quantity.cues),
        )
        noun = governor.change_noun
        if (
            draft.kind == "level"
            and quantity.dimension == "ratio"
            and noun is not None
            and governor.relation in (None, "of")
        ):
            # "a 5% rise": read as a change even where the words between part number and noun.
            draft.kind = "change"
            draft.direction = draft.direction or self._change_nouns[tree.keys[noun]]
        elif draft.kind == "level" and quantity.dimension == "ratio" and governor.pace is not None:
            # "grew at an annual rate of 4%"; "at a rate of 4%" alone is a level.
            verb = tree.lemmas[governor.verb] if governor.verb is not None else ""
            if verb in self._change_verbs:
                draft.kind, draft.direction = "change", self._change_verbs[verb]
        elif draft.kind == "level" and quantity.dimension == "ratio" and self._is_share(tree, draft):
            draft.kind = "share"
        if draft.kind == "change" and (draft.direction is None or governor.relation == "by"):
            self._turn(draft, tree)
        return draft

    def _is_share(self, tree: Tree, draft: Draft) -> bool:
        """ "raise the share of renewables to 50%", "the party is on 33%", "of the 1,300 dead, 83% had no permit"."""
        governor = draft.governor
        for noun, rule in governor.nouns:
            if rule.partition(">")[2] in _SHARES or tree.keys[noun] in _SHARES:
                return not rule.startswith("subject") or governor.relation in ("object", "at", "to", "from", "by")
        if governor.verb is None:
            return False
        if governor.relation == "on":
            return tree.lemmas[governor.verb] in _ON_POLL
        start = tree.sentences[draft.sentence][0]
        before = draft.quantity.token_start
        if tree.lowers[before - 2 : before] in _OF_WHICH:
            return True
        return (
            governor.relation == "subject"
            and tree.lowers[start] == "of"
            and tree.heads[start] == governor.verb
            and draft.quantity.token_start - start <= _WHOLE_GAP
        )

    def _turn(self, draft: Draft, tree: Tree) -> None:
        """Give a change the direction of the verb that governs it from afar: "cut its forecast … by 110,000"."""
        verb = draft.governor.verb
        direction = self._change_verbs.get(tree.lemmas[verb]) if verb is not None else None
        if direction not in ("up", "down") or direction == draft.direction:
            return
        draft.direction = direction
        quantity = draft.quantity
        if quantity.unit_code != "x" and (direction == "down") != (quantity.value < 0):
            draft.quantity = turned(quantity)

    def _read_measures(self, tree: Tree, climber: Climber, context: ContextReader, drafts: list[Draft]) -> None:
        reader = MeasureReader(tree, self._measures, self._cues, climber.owner)
        commodities = CommodityReader(tree, self._measures, climber.owner)
        carrier = Carrier(tree, self._measures, self._cues)
        ellipsis = EllipsisReader(tree, self._measures, self._cues)
        readable = [draft for draft in drafts if draft.is_readable]
        for draft in readable:
            ellipsis.read(draft, drafts)
            reader.read(draft)
            commodities.read(draft)
            carrier.take_over_measure(draft, drafts)
        for draft in readable:
            ellipsis.take_counted(draft, drafts)
            ellipsis.take_share(draft, drafts)
            carrier.take_over_later(draft, drafts)
        carrier.deal_out(readable)
        context.fill_measures(drafts)

    def _read_circumstances(
        self, doc: Doc, tree: Tree, climber: Climber, context: ContextReader, drafts: list[Draft]
    ) -> None:
        cue_tokens = frozenset(attribution.cue for attribution in doc._.attributions or ())
        parties = PartyReader(tree, self._measures, self._cues, doc._.mentions or ())
        periods = PeriodReader(tree, doc._.periods or (), self._cues, climber.owner, cue_tokens)
        changes = ChangeReader(tree, self._cues, climber.owner)
        carrier = Carrier(tree, self._measures, self._cues)
        levels = {draft.index for draft in drafts if draft.kind in ("level", "rate")}
        readable = [draft for draft in drafts if draft.is_readable]
        for draft in readable:
            speaker = speaker_of(doc, draft.quantity.head) if cue_tokens else None
            parties.read(draft, speaker)
            speaker = speaker or draft.forecaster
            draft.speaker_entity_id = speaker.entity.entity_id if speaker is not None else None
            periods.read(draft)
            self._read_status(doc, draft)
            changes.read_record(draft, levels)
            changes.read_basis(draft)
        # A second round: a base may stand after its change ("a 5% rise to $80").
        for draft in readable:
            changes.link_base(draft, drafts)
            carrier.take_measure_of_base(draft, drafts)
            carrier.take_over_base(draft, drafts)
            carrier.take_over_period(draft, drafts)
            carrier.take_over_parties(draft, drafts, parties)
            if draft.kind == "change" and draft.change_basis is None:
                if draft.period_rule is not None and draft.period_rule.startswith("since"):
                    draft.change_basis = "since"
                elif periods.compared_year(draft):
                    draft.change_basis = "year_on_year"
            carrier.take_over_bracket(draft, drafts)
        for draft in readable:
            carrier.give_to_reached(draft, drafts)
        context.share_restated(readable)
        context.fill_parties(readable)
        context.fill_subjects(readable, parties.home(doc))
        context.fill_periods(readable)
        carry_market_day(tree, self._cues, doc._.periods or (), readable)
        for draft in readable:
            settle_purchases(draft)
        for draft in readable:
            read_time_apart(tree, self._cues, draft)

    def _read_status(self, doc: Doc, draft: Draft) -> None:
        modality = read_modality(doc[draft.quantity.head], user_dirs=self._user_dirs)
        draft.status = figure_status(
            modality,
            period_start=draft.period_start,
            period_end=draft.period_end,
            published_on=doc._.published_on,
            comparator=draft.quantity.comparator,
        )
        if draft.status in ("forecast", "planned", "target") and self._is_past(doc, draft, modality.cue_token):
            draft.status = "reported"
        if modality.cue is not None:
            draft.reasons.append(f"status:{modality.cue}")

    def _is_past(self, doc: Doc, draft: Draft, cue: int | None) -> bool:
        """ "will import 1.2 million tonnes, down from 1.5 million last season": what lies behind, compared."""
        start = draft.quantity.token_start
        before = {token.lower_ for token in doc[max(0, start - 5) : start]}
        if before.isdisjoint(_COMPARING):
            return False
        if cue is not None and (doc[cue].pos_ == "NOUN" or start - 5 <= cue < draft.quantity.token_end + 4):
            return False  # "above the 1.6 billion forecast for the third quarter"
        if draft.period_end is not None:
            return doc._.published_on is not None and draft.period_end < doc._.published_on
        end = draft.quantity.token_end
        return not _BYGONE.isdisjoint({token.lower_ for token in doc[end : end + 4]})

    def _figures(self, doc: Doc, tree: Tree, drafts: list[Draft]) -> list[Figure]:
        keys = {
            number: sentence_id(doc, doc[slice(*tree.sentences[number])]) for number in {d.sentence for d in drafts}
        }
        document_id = doc._.document_id or ""
        text = tree.body
        identities: list[str] = []
        for draft in drafts:
            quantity = draft.quantity
            identities.append(
                figure_id(
                    document_id, quantity.char_start, quantity.char_end, quantity.value, quantity.unit_code, draft.kind
                )
            )
        figures = []
        for draft, identity in zip(drafts, identities, strict=True):
            quantity = draft.quantity
            figures.append(
                Figure(
                    figure_id=identity,
                    sentence_id=keys[draft.sentence],
                    char_start=quantity.char_start,
                    char_end=quantity.char_end,
                    surface=text[quantity.char_start : quantity.char_end],
                    kind=draft.kind,
                    value=quantity.value,
                    value_low=quantity.value_low,
                    value_high=quantity.value_high,
                    comparator=quantity.comparator,
                    unit_code=quantity.unit_code,
                    unit_surface=quantity.unit_surface,
                    dimension=quantity.dimension,
                    confidence=self._confidence(draft),
                    counted_noun=quantity.counted_noun,
                    measure=draft.measure,
                    measure_surface=tree.text(*draft.phrase) if draft.phrase is not None else None,
                    commodity=draft.commodity,
                    supplier_entity_id=_entity_id(draft.supplier),
                    recipient_entity_id=_entity_id(draft.recipient),
                    subject_entity_id=_entity_id(draft.subject),
                    period_start=draft.period_start,
                    period_end=draft.period_end,
                    period_surface=draft.period_surface,
                    period_basis=draft.period_basis,
                    status=draft.status,
                    base_figure_id=identities[draft.base] if draft.base is not None else None,
                    direction=draft.direction if draft.kind == "change" else None,
                    change_basis=draft.change_basis,
                    is_record=draft.is_record,
                    speaker_entity_id=draft.speaker_entity_id,
                    explanation=_explanation(draft),
                )
            )
        return figures

    def _confidence(self, draft: Draft) -> float:
        """How likely the figure is right as a whole: what each of its parts is worth, calibrated."""
        if draft.measure_rule is not None:
            rule = draft.measure_rule.partition(":")[0]
        else:
            rule = "phrase" if draft.phrase is not None else "none"
        confidence = draft.quantity.confidence * self._weights[f"measure:{rule}"]
        if draft.period_rule is None:
            confidence *= self._weights["period:none"]
        elif draft.period_rule.startswith("carried"):
            confidence *= self._weights["period:carried"]
        else:
            confidence *= self._weights[f"period:{draft.period_rule.partition(':')[2]}"]
        confidence *= self._weights["status:reported" if draft.status == "reported" else "status:other"]
        if draft.quantity.unit_code is None:
            confidence *= self._weights["unit:unknown"]
        return self._calibration.apply(min(1.0, max(0.0, float(confidence))))


def _entity_id(mention: MentionSpan | None) -> str | None:
    return mention.entity.entity_id if mention is not None else None


def _explanation(draft: Draft) -> str:
    parts = [f"measure:{draft.measure_rule}" if draft.measure_rule else None]
    parts.append(f"commodity:{draft.commodity_rule}" if draft.commodity_rule else None)
    parts.append(f"period:{draft.period_rule}" if draft.period_rule else None)
    parts.append(f"base:{draft.base_rule}" if draft.base_rule else None)
    return "; ".join([part for part in parts if part] + draft.reasons)
