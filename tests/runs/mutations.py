"""Ways to damage a good build, each with what must come of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """One way to damage a build.

    Attributes:
        name: What was done, in words.
        sql: How. ``{fig0}`` and the like are keys of one document's rows (``good_build.keys_of``).
        table: Where it must be noticed.
        rules: Expectations of which one must be the reason.
        row: Of a row to be withheld, its key; None: the release must be refused.
    """

    name: str
    sql: str
    table: str
    rules: tuple[str, ...]
    row: str | None = None


def _figure(name: str, figure: str, changes: str, *rules: str) -> Damage:
    sql = f"update marts.fct_figures set {changes} where figure_id = '{{{figure}}}'"
    return Damage(name, sql, "fct_figures", rules, f"{{{figure}}}")


def _row(name: str, table: str, key: str, row: str, changes: str, *rules: str) -> Damage:
    return Damage(name, f"update marts.{table} set {changes} where {key} = '{row}'", table, rules, row)


def _times(factor: str) -> str:
    return ", ".join(f"{name} = {name} * {factor}" for name in ("value", "value_low", "value_high", "canonical_value"))


_STRANGER = "(select min(entity_id) from marts.dim_entities where entity_id not in ('{giver}', '{taker}'))"

OF_FIGURES = [
    _figure("unit of another dimension", "fig0", "unit_code = 'm3'", "expect_unit_to_belong_to_dimension"),
    _figure("unit of the same dimension", "fig0", "unit_code = 'kg'", "expect_canonical_value_to_follow"),
    _figure("currency swapped", "fig1", "unit_code = 'EUR'", "expect_unit_to_agree_with_surface"),
    _figure("currency dropped", "fig1", "unit_code = null", "expect_unit_to_belong_to_dimension",
            "expect_unit_to_agree_with_surface"),
    _figure("currency dropped with its dimension", "fig1",
            "unit_code = null, dimension = null, canonical_value = null, canonical_unit = null",
            "expect_unit_to_agree_with_surface"),
    _figure("percent sign lost", "fig2", "unit_code = '1', dimension = 'count', canonical_unit = '1'",
            "expect_unit_to_agree_with_surface"),
    _figure("unit that no list knows", "fig4", "unit_code = 'furlong', canonical_value = null, canonical_unit = null",
            "expect_unit_to_be_known"),
    _figure("rate of an unknown part", "fig4", "unit_code = 'GW/fortnight'", "expect_unit_to_be_known"),
    _figure("dimension swapped", "fig4", "dimension = 'energy'", "expect_unit_to_belong_to_dimension"),
    _figure("factor 1,000", "fig0", _times("1000"), "expect_value_to_follow_from_surface"),
    _figure("factor 1/1,000", "fig1", _times("0.001"), "expect_value_to_follow_from_surface"),
    _figure("million read as billion", "fig5", _times("0.001"), "expect_value_to_follow_from_surface"),
    _figure("canonical value off by 1,000", "fig4", "canonical_value = canonical_value / 1000",
            "expect_canonical_value_to_follow"),
    _figure("canonical value lost", "fig4", "canonical_value = null", "expect_canonical_value_to_follow"),
    _figure("a million times too large", "fig4", _times("1000000"), "expect_value_in_plausible_range"),
    _figure("negative capacity", "fig4", _times("-1"), "expect_value_in_plausible_range"),
    _figure("a people of 90 billion", "fig4",
            "measure = 'population', unit_code = '1', dimension = 'count', canonical_unit = '1', value = 9e10, "
            "value_low = 9e10, value_high = 9e10, canonical_value = 9e10", "expect_value_in_plausible_range"),
    _figure("sign of a fall lost", "fig3", _times("-1"), "expect_sign_to_agree_with_direction"),
    _figure("sign of a rise gained", "fig2", _times("-1"), "expect_sign_to_agree_with_direction"),
    _figure("direction reversed", "fig2", "direction = 'down'", "expect_sign_to_agree_with_direction"),
    _figure("doubled, told as a fall", "fig3",
            "surface = surface, unit_code = 'x', canonical_unit = 'x', value = 2, value_low = 2, value_high = 2, "
            "canonical_value = 2", "expect_unit_to_agree_with_surface", "expect_sign_to_agree_with_direction"),
    _figure("share of 4,000 percent", "fig2",
            "kind = 'share', direction = null, value = 4000, value_low = 4000, value_high = 4000, "
            "canonical_value = 4000", "expect_percentages_within"),
    _figure("unemployment of 4,000 percent", "fig2",
            "kind = 'level', measure = 'unemployment', direction = null, value = 4000, value_low = 4000, "
            "value_high = 4000, canonical_value = 4000", "expect_value_in_plausible_range",
            "expect_percentages_within"),
    _figure("year shifted on", "fig0", "period_start = date '2024-01-01', period_end = date '2024-12-31'",
            "expect_year_printed_to_lie_in_period"),
    _figure("year shifted back", "fig1", "period_start = date '2013-01-01', period_end = date '2013-12-31'",
            "expect_year_printed_to_lie_in_period"),
    _figure("future period for a reported figure", "fig0",
            "period_start = date '2031-01-01', period_end = date '2031-12-31', period_surface = null",
            "expect_reported_period_to_precede_publication"),
    _figure("target told as reported", "fig4", "status = 'reported'", "expect_reported_period_to_precede_publication"),
    _figure("year of four digits too many", "fig4",
            "period_start = date '9999-01-01', period_end = date '9999-12-31', period_surface = null",
            "expect_years_to_be_between"),
    _figure("year of the Romans", "fig4",
            "period_start = date '0203-01-01', period_end = date '0203-12-31', period_surface = null",
            "expect_years_to_be_between"),
    _figure("period backwards", "fig0", "period_start = period_end, period_end = period_start",
            "expect_column_pair_values_a_to_be_greater_than_b"),
    _figure("supplier and recipient exchanged", "fig0",
            "supplier_entity_id = recipient_entity_id, recipient_entity_id = supplier_entity_id",
            "expect_delivery_to_read_as_printed"),
    _figure("delivers to himself", "fig0", "recipient_entity_id = supplier_entity_id",
            "expect_select_column_values_to_be_unique_within_record"),
    _figure("offset by one", "fig0", "char_start = char_start + 1, char_end = char_end + 1",
            "expect_offsets_to_reproduce_surface"),
    _figure("end by one", "fig1", "char_end = char_end + 1", "expect_offsets_to_reproduce_surface"),
    _figure("offsets beyond the text", "fig1", "char_start = 90000, char_end = 90010",
            "expect_offsets_to_reproduce_surface"),
    _figure("negative offsets", "fig1", "char_start = -12, char_end = -2", "expect_offsets_to_reproduce_surface"),
    _figure("offsets in bytes", "fig3", "char_start = char_start + 2, char_end = char_end + 2",
            "expect_offsets_to_reproduce_surface"),
    _figure("surface retyped", "fig0", "surface = replace(surface, 'million', 'mln')",
            "expect_offsets_to_reproduce_surface"),
    _figure("another sentence named", "fig0", "sentence_id = '{sentence3}'", "expect_span_to_lie_in_its_sentence"),
    _figure("orphan of a document", "fig0", "document_id = 'nowhere'", "expect_values_to_be_keys_of"),
    _figure("orphan of a sentence", "fig0", "sentence_id = 'nowhere'", "expect_values_to_be_keys_of"),
    _figure("supplier unknown", "fig0", "supplier_entity_id = 'nobody'", "expect_values_to_be_keys_of"),
    _figure("speaker unknown", "fig2", "speaker_entity_id = 'nobody'", "expect_values_to_be_keys_of"),
    _figure("base figure unknown", "fig2", "base_figure_id = 'nothing'", "expect_values_to_be_keys_of"),
    _figure("measure unknown", "fig0", "measure = 'exportz'", "expect_values_to_be_keys_of"),
    _figure("commodity unknown", "fig0", "commodity = 'oyl'", "expect_values_to_be_keys_of"),
    _figure("value lost", "fig5", "value = null", "expect_columns_to_be_filled"),
    _figure("surface empty", "fig5", "surface = ''", "expect_columns_to_be_filled"),
    _figure("kind in no list", "fig0", "kind = 'amount'", "expect_column_values_to_be_in_set"),
    _figure("comparator in no list", "fig0", "comparator = 'about'", "expect_column_values_to_be_in_set"),
    _figure("status in no list", "fig0", "status = 'Reported'", "expect_column_values_to_be_in_set"),
    _figure("direction in no list", "fig3", "direction = 'sideways'", "expect_column_values_to_be_in_set"),
    _figure("period from nowhere", "fig0", "period_basis = 'guessed'", "expect_column_values_to_be_in_set"),
    _figure("bounds crossed", "fig0", "comparator = 'range', value_low = value + 1, value_high = value - 1",
            "expect_bounds_to_fit_comparator"),
    _figure("value outside its bounds", "fig0", "comparator = 'range', value_low = value + 1, value_high = value + 2",
            "expect_bounds_to_fit_comparator"),
    _figure("exact, but with a span", "fig5", "value_high = value + 1", "expect_bounds_to_fit_comparator"),
    _figure("more than, but closed above", "fig5", "comparator = '>'", "expect_bounds_to_fit_comparator"),
    _figure("range without an end", "fig5", "comparator = 'range', value_high = null",
            "expect_bounds_to_fit_comparator"),
    _figure("confidence above one", "fig0", "confidence = 1.2", "expect_column_values_to_be_between"),
    _figure("confidence below zero", "fig0", "confidence = -0.1", "expect_column_values_to_be_between"),
    _figure("gas in barrels", "fig0",
            "commodity = 'natural_gas', unit_code = '[bbl_us]', dimension = 'volume', canonical_unit = 'm3', "
            "canonical_value = value::double * 0.158987294928", "expect_unit_to_fit_commodity"),
    _figure("oil in kilowatts", "fig4", "commodity = 'crude_oil'", "expect_dimension_to_fit"),
    _figure("population in tons", "fig0", "measure = 'population'", "expect_dimension_to_fit"),
    _figure("dollars turned euros, canonical value and all", "fig1", "unit_code = 'EUR', canonical_unit = 'EUR'",
            "expect_unit_to_agree_with_surface"),
    _figure("value and canonical value of two units", "fig4", "value = value * 1000, value_low = value_low * 1000, "
            "value_high = value_high * 1000", "expect_canonical_value_to_follow"),
    _figure("supplier of another document", "fig0", f"supplier_entity_id = {_STRANGER}",
            "expect_entity_to_be_named_in_document"),
    _figure("subject that nobody names", "fig4", f"subject_entity_id = {_STRANGER}",
            "expect_entity_to_be_named_in_document"),
    _figure("speaker who is not in the document", "fig2", f"speaker_entity_id = {_STRANGER}",
            "expect_entity_to_be_named_in_document"),
    _figure("base figure of another document", "fig2",
            "base_figure_id = (select min(figure_id) from marts.fct_figures where document_id != '{document}')",
            "expect_link_to_stay_in_document"),
    _figure("change of itself", "fig2", "base_figure_id = figure_id", "expect_link_to_stay_in_document"),
    _figure("place in another document", "fig0",
            "document_id = (select max(document_id) from marts.dim_documents where document_id != '{document}')",
            "expect_offsets_to_reproduce_surface"),
    Damage("figure once more under another key",
           "insert into marts.fct_figures select * replace (figure_id || '-again' as figure_id) from marts.fct_figures "
           "where figure_id = '{fig5}'", "fct_figures", ("expect_compound_columns_to_be_unique",), "{fig5}-again"),
    Damage("duplicate key", "insert into marts.fct_figures select * from marts.fct_figures where figure_id = '{fig0}'",
           "fct_figures", ("expect_column_values_to_be_unique",), "{fig0}"),
]  # fmt: skip

_UNLIKE = "The orchestra played in the old harbour while children fed the gulls and two ferries waited for the tide."

OF_OTHER_ROWS = [
    _row("mention off by one", "fct_mentions", "mention_id", "{mention0}", "char_start = char_start + 1",
         "expect_offsets_to_reproduce_surface"),
    _row("mention of nobody", "fct_mentions", "mention_id", "{mention0}", "entity_id = 'nobody'",
         "expect_values_to_be_keys_of"),
    _row("mention linked by magic", "fct_mentions", "mention_id", "{mention0}", "link_method = 'magic'",
         "expect_column_values_to_be_in_set"),
    _row("mention more than certain", "fct_mentions", "mention_id", "{mention0}", "confidence = 2",
         "expect_column_values_to_be_between"),
    _row("mention in another sentence", "fct_mentions", "mention_id", "{mention0}", "sentence_id = '{sentence2}'",
         "expect_span_to_lie_in_its_sentence"),
    _row("sentence cut", "dim_sentences", "sentence_id", "{sentence2}", "char_end = char_end - 1",
         "expect_offsets_to_reproduce_surface"),
    _row("sentence of no document", "dim_sentences", "sentence_id", "{sentence2}", "document_id = 'nowhere'",
         "expect_values_to_be_keys_of"),
    _row("event of no type", "fct_events", "event_id", "{event}", "event_type = 'PARTY'",
         "expect_column_values_to_be_in_set"),
    _row("event too intense", "fct_events", "event_id", "{event}", "intensity = 50",
         "expect_column_values_to_be_between"),
    _row("event ends before it begins", "fct_events", "event_id", "{event}", "date_end = date '2024-02-01'",
         "expect_column_pair_values_a_to_be_greater_than_b"),
    _row("event that has not happened yet", "fct_events", "event_id", "{event}",
         "date_start = date '2029-03-01', date_end = date '2029-03-31', date_surface = null",
         "expect_past_to_precede_last_report"),
    _row("event a year off", "fct_events", "event_id", "{event}",
         "date_start = date '2023-03-01', date_end = date '2023-03-31'", "expect_year_printed_to_lie_in_period"),
    _row("event nowhere", "fct_events", "event_id", "{event}", "place_entity_id = 'nowhere'",
         "expect_values_to_be_keys_of"),
    _row("event in a country spelt out", "fct_events", "event_id", "{event}", "place_country_iso3 = 'Spain'",
         "expect_column_values_to_match_regex"),
    _row("event of no status", "fct_events", "event_id", "{event}", "status = 'maybe'",
         "expect_column_values_to_be_in_set"),
    _row("event dated by its publication", "fct_events", "event_id", "{event}", "date_basis = 'publication'",
         "expect_column_values_to_be_in_set"),
    _row("event mention off by one", "fct_event_mentions", "event_mention_id", "{event_mention}",
         "char_start = char_start - 1, char_end = char_end - 1", "expect_offsets_to_reproduce_surface"),
    _row("event mention of no event", "fct_event_mentions", "event_mention_id", "{event_mention}", "event_id = 'none'",
         "expect_values_to_be_keys_of"),
    Damage("participant in no role", "update marts.bridge_event_participants set role = 'extra' "
           "where event_id = '{event}' and role = 'actor'", "bridge_event_participants",
           ("expect_column_values_to_be_in_set",), "{event}|{giver}|extra"),
    Damage("participant who is nobody", "update marts.bridge_event_participants set entity_id = 'nobody' "
           "where event_id = '{event}' and role = 'actor'", "bridge_event_participants",
           ("expect_values_to_be_keys_of",), "{event}|nobody|actor"),
    Damage("event with a figure that is not there", "update marts.bridge_event_figures set figure_id = 'none' "
           "where event_id = '{event}'", "bridge_event_figures", ("expect_values_to_be_keys_of",), "{event}|none"),
    _row("document with a script for an address", "dim_documents", "document_id", "{document}",
         "url = 'javascript:alert(1)'", "expect_column_values_to_match_regex"),
    _row("document of the year 9999", "dim_documents", "document_id", "{document}", "published_on = date '9999-12-31'",
         "expect_years_to_be_between"),
    _row("document in a language spelt out", "dim_documents", "document_id", "{document}", "language = 'english'",
         "expect_column_values_to_match_regex"),
    _row("document with half a checksum", "dim_documents", "document_id", "{document}", "content_sha256 = 'abc'",
         "expect_column_values_to_match_regex"),
    _row("document without text", "dim_documents", "document_id", "{document}", "body = ''",
         "expect_columns_to_be_filled"),
    _row("document dated by guess", "dim_documents", "document_id", "{document}", "published_basis = 'guess'",
         "expect_column_values_to_be_in_set"),
    Damage("comparator flipped",
           "update marts.fct_figures set surface = 'up to ' || surface, comparator = '>', value_high = null "
           "where figure_id = '{fig0}'", "fct_figures",
           ("expect_comparator_to_read_as_printed", "expect_offsets_to_reproduce_surface"), "{fig0}"),
    _row("mention of another document", "fct_mentions", "mention_id", "{mention0}",
         "document_id = (select max(document_id) from marts.dim_documents where document_id != '{document}')",
         "expect_offsets_to_reproduce_surface", "expect_span_to_lie_in_its_sentence"),
    Damage("mention once more under another key",
           "insert into marts.fct_mentions select * replace (mention_id || '-again' as mention_id) "
           "from marts.fct_mentions where mention_id = '{mention1}'", "fct_mentions",
           ("expect_compound_columns_to_be_unique",), "{mention1}-again"),
    Damage("sentence once more under another key",
           "insert into marts.dim_sentences select * replace (sentence_id || '-again' as sentence_id) "
           "from marts.dim_sentences where sentence_id = '{sentence3}'", "dim_sentences",
           ("expect_compound_columns_to_be_unique",), "{sentence3}-again"),
    _row("event a month off", "fct_events", "event_id", "{event}",
         "date_start = date '2024-04-01', date_end = date '2024-04-30'", "expect_month_printed_to_lie_in_period"),
    _row("event in a country that its place is not in", "fct_events", "event_id", "{event}",
         "place_country_iso3 = 'XKX'", "expect_country_to_be_that_of_place"),
    _row("event told more often than it is", "fct_events", "event_id", "{event}", "mention_count = 4",
         "expect_count_to_be_of_rows"),
    Damage("event once more under another key",
           "insert into marts.fct_events select * replace (event_id || '-again' as event_id) from marts.fct_events "
           "where event_id = '{event}'", "fct_events", ("expect_count_to_be_of_rows",), "{event}-again"),
    _row("event mention by a speaker who is not there", "fct_event_mentions", "event_mention_id", "{event_mention}",
         f"speaker_entity_id = {_STRANGER}", "expect_entity_to_be_named_in_document"),
    Damage("actor and recipient exchanged",
           "update marts.bridge_event_participants set role = if(role = 'actor', 'recipient', 'actor') "
           "where event_id = '{event}'", "bridge_event_participants", ("expect_participants_to_read_as_printed",),
           "{event}|{giver}|recipient"),
    _row("document in a wrong encoding", "dim_documents", "document_id", "{document}",
         "body = replace(body, 'a', 'â€™'), content_sha256 = sha256(replace(body, 'a', 'â€™'))",
         "expect_text_to_be_decoded"),
    _row("document whose characters are lost", "dim_documents", "document_id", "{document}",
         "body = replace(body, 'e', '\ufffd'), content_sha256 = sha256(replace(body, 'e', '\ufffd'))",
         "expect_text_to_be_decoded"),
    _row("document edited after it was read", "dim_documents", "document_id", "{document}",
         "body = replace(body, 'million', 'billion')", "expect_checksum_to_be_of"),
    _row("document in another language than it says", "dim_documents", "document_id", "{document}",
         "language = 'de'", "expect_language_to_agree_with_words"),
    _row("document merged with another's story", "dim_documents", "document_id", "{document}",
         "story_id = (select max(story_id) from marts.dim_documents where document_id != '{document}')",
         "expect_story_to_have_one_original"),
    _row("document that is a copy of nothing", "dim_documents", "document_id", "{document}",
         "is_syndicated_copy = true", "expect_story_to_have_one_original"),
    _row("unlike text in a story", "dim_documents", "document_id", "{document}",
         f"story_id = (select min(story_id) from marts.dim_documents where document_id != '{{document}}'), "
         f"is_syndicated_copy = true, body = '{_UNLIKE}', content_sha256 = sha256('{_UNLIKE}')",
         "expect_story_to_be_of_like_texts"),
    _row("observation of a value that no figure states", "fct_observations", "observation_id", "{obs1}",
         "value = value * 1.5, value_max = value_max * 1.5", "expect_observation_values_to_be_its_figures"),
    _row("observation with a least that no figure states", "fct_observations", "observation_id", "{obs2}",
         "value_min = value_min / 2", "expect_observation_values_to_be_its_figures"),
    _row("target with a wrong ratio", "fct_target_outcomes", "observation_id", "{obs4}",
         "result = 'missed', outcome_value = target_value / 2, outcome_observation_id = '{obs0}', ratio = 0.9",
         "expect_ratio_to_follow"),
    _row("observation below all reports", "fct_observations", "observation_id", "{obs0}", "value = value_min / 2",
         "expect_column_pair_values_a_to_be_greater_than_b"),
    _row("observation that counts wrongly", "fct_observations", "observation_id", "{obs0}", "figure_count = 3",
         "expect_count_to_be_length_of"),
    _row("observation without evidence", "fct_observations", "observation_id", "{obs0}", "figure_ids = ['none']",
         "expect_list_items_to_be_keys_of"),
    _row("observation of another status", "fct_observations", "observation_id", "{obs0}", "status = 'forecast'",
         "expect_observation_to_agree_with_its_figures"),
    _row("observation of another supplier", "fct_observations", "observation_id", "{obs0}",
         "supplier_entity_id = '{taker}'", "expect_observation_to_agree_with_its_figures"),
    _row("observation with more sources than documents", "fct_observations", "observation_id", "{obs0}",
         "independent_source_count = 7", "expect_column_pair_values_a_to_be_greater_than_b"),
    _row("target met by nothing", "fct_target_outcomes", "observation_id", "{obs4}", "result = 'met'",
         "expect_columns_to_be_filled"),
    _row("target with no such result", "fct_target_outcomes", "observation_id", "{obs4}", "result = 'almost'",
         "expect_column_values_to_be_in_set"),
]  # fmt: skip

OF_ENTITIES = [
    _row("entity of no type", "dim_entities", "entity_id", "{giver}", "entity_type = 'NORP'",
         "expect_column_values_to_be_in_set"),
    _row("entity with an address for an item", "dim_entities", "entity_id", "{giver}",
         "wikidata_id = 'wikidata.org/Q1'", "expect_column_values_to_match_regex"),
    _row("entity of a country in small letters", "dim_entities", "entity_id", "{giver}", "country_iso3 = 'rus'",
         "expect_column_values_to_match_regex"),
    _row("entity in more documents than mentions", "dim_entities", "entity_id", "{giver}", "document_count = 99",
         "expect_column_pair_values_a_to_be_greater_than_b"),
    Damage("entity mentioned more often than it is",
           "update marts.dim_entities set mention_count = mention_count + 5 where entity_id = '{giver}'",
           "dim_entities", ("expect_count_to_be_of_rows",)),
    _row("two entities of one item", "dim_entities", "entity_id", "{giver}",
         "wikidata_id = (select max(wikidata_id) from marts.dim_entities where entity_id != '{giver}')",
         "expect_column_values_to_be_unique"),
    Damage("entity twice",
           "insert into marts.dim_entities select * from marts.dim_entities where entity_id = '{giver}'",
           "dim_entities", ("expect_column_values_to_be_unique",), "{giver}"),
]  # fmt: skip

_CONTRACT = ("expect_table_to_keep_the_contract",)
_ACCOUNTED = ("expect_every_input_row_to_be_accounted_for",)
_LAST_RELEASE = ("expect_row_count_to_keep_up_with_the_last_release",)
_NOT_NULL = ("expect_column_values_to_not_be_null",)
_UNIQUE = ("expect_column_values_to_be_unique",)

OF_TABLES = [
    Damage("null in a key of figures", "update marts.fct_figures set figure_id = null where figure_id = '{fig0}'",
           "fct_figures", _NOT_NULL),
    Damage("null in a key of documents", "update marts.dim_documents set document_id = null "
           "where document_id = '{document}'", "dim_documents", _NOT_NULL),
    Damage("null in a key of mentions",
           "update marts.fct_mentions set mention_id = null where mention_id = '{mention0}'",
           "fct_mentions", _NOT_NULL),
    Damage("null in a key of events", "update marts.fct_events set event_id = null where event_id = '{event}'",
           "fct_events", _NOT_NULL),
    Damage("null in a bridge", "update marts.bridge_event_participants set role = null where event_id = '{event}'",
           "bridge_event_participants", ("expect_columns_to_be_filled",)),
    Damage("empty figures", "delete from marts.fct_figures", "fct_figures", _ACCOUNTED),
    Damage("empty documents", "delete from marts.dim_documents", "dim_documents", _ACCOUNTED),
    Damage("empty observations", "delete from marts.fct_observations", "fct_observations",
           ("expect_rows_where_there_are",)),
    Damage("empty events", "delete from marts.fct_events", "fct_events", ("expect_rows_where_there_are",)),
    Damage("empty units", "delete from marts.dim_units", "dim_units", ("expect_rows_where_there_are",)),
    Damage("empty measures", "delete from marts.dim_measures", "dim_measures", ("expect_rows_where_there_are",)),
    Damage("half the figures gone", "delete from marts.fct_figures where hash(figure_id) % 2 = 0", "fct_figures",
           _ACCOUNTED),
    Damage("half the observations gone", "delete from marts.fct_observations where hash(observation_id) % 2 = 0",
           "fct_observations", _LAST_RELEASE),
    Damage("half the figures gone since the last release, from the input too",
           "delete from marts.fct_figures where hash(figure_id) % 2 = 0; "
           "delete from parsed.figures where hash(figure_id) % 2 = 0", "fct_figures", _LAST_RELEASE),
    Damage("one figure gone", "delete from marts.fct_figures where figure_id = '{fig0}'", "fct_figures", _ACCOUNTED),
    Damage("one mention gone", "delete from marts.fct_mentions where mention_id = '{mention0}'", "fct_mentions",
           _ACCOUNTED),
    Damage("column renamed", "alter table marts.fct_figures rename value to amount", "fct_figures", _CONTRACT),
    Damage("column dropped", "alter table marts.fct_events drop intensity", "fct_events", _CONTRACT),
    Damage("text in a number", "alter table marts.fct_figures alter value type varchar", "fct_figures", _CONTRACT),
    Damage("decimal turned float", "alter table marts.fct_figures alter value type double", "fct_figures", _CONTRACT),
    Damage("text in a date", "alter table marts.fct_figures alter period_start type varchar", "fct_figures", _CONTRACT),
    Damage("time without a zone", "alter table marts.dim_documents alter first_seen_at type timestamp", "dim_documents",
           _CONTRACT),
    Damage("offsets turned text", "alter table marts.fct_mentions alter char_start type varchar", "fct_mentions",
           _CONTRACT),
    Damage("list turned text", "alter table marts.fct_observations alter figure_ids type varchar", "fct_observations",
           _CONTRACT),
    Damage("table missing", "drop table marts.bridge_event_figures", "bridge_event_figures", _CONTRACT),
    Damage("observation twice", "insert into marts.fct_observations select * from marts.fct_observations limit 1",
           "fct_observations", _UNIQUE),
    Damage("event twice", "insert into marts.fct_events select * from marts.fct_events limit 1", "fct_events", _UNIQUE),
    Damage("participant twice", "insert into marts.bridge_event_participants "
           "select * from marts.bridge_event_participants limit 1", "bridge_event_participants",
           ("expect_compound_columns_to_be_unique",)),
    Damage("unit twice", "insert into marts.dim_units select * from marts.dim_units where unit_code = 't'", "dim_units",
           _UNIQUE),
    Damage("unit with a factor of zero", "update marts.dim_units set factor = 0 where unit_code = 'kg'", "dim_units",
           ("expect_column_values_to_not_be_in_set",)),
    Damage("nobody takes part in a known role", "update marts.bridge_event_participants set role = 'party'",
           "bridge_event_participants", ("expect_withheld_share_to_stay_below",)),
    Damage("too much to withhold", "update marts.fct_figures set confidence = 7 where hash(figure_id) % 2 = 0",
           "fct_figures", ("expect_withheld_share_to_stay_below",)),
]  # fmt: skip
