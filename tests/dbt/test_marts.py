"""One small warehouse, built once: what its marts must say."""

import pytest

from flows import dbt_runner
from flows.build import build
from flows.errors import BuildFailed

OIL = {
    "commodity": "crude_oil",
    "supplier_entity_id": "country:CHL",
    "recipient_entity_id": "country:JPN",
    "period_start": "2020-01-01",
    "period_end": "2020-12-31",
}
YEAR_2022 = {"period_start": "2022-01-01", "period_end": "2022-12-31"}
YEAR_2021 = {"period_start": "2021-01-01", "period_end": "2021-12-31"}


@pytest.fixture(scope="module")
def built(ledger):
    _trade(ledger)
    _oil(ledger)
    _events(ledger)
    _withheld(ledger)
    ledger.build()
    return ledger


def _trade(ledger) -> None:
    ledger.document("aim", "2020-03-01", body="Peru and Japan want their bilateral trade to reach $10 billion by 2022.")
    ledger.document("done", "2022-02-01", body="Last year trade between the two countries came to $11.2 billion.")
    for document in ("aim", "done"):
        ledger.country(document, "PER")
        ledger.country(document, "JPN")
    trade = {"measure": "trade_turnover", "dimension": "money"}
    ledger.figure("aim", "f:aim", "$10 billion", 10e9, "USD", status="target", **trade, **YEAR_2022)
    ledger.figure("done", "f:done", "$11.2 billion", 11.2e9, "USD", **trade, **YEAR_2021)


def _oil(ledger) -> None:
    for number in range(1, 5):
        ledger.document(f"oil{number}", f"2021-02-0{number}")
        ledger.country(f"oil{number}", "CHL")
        ledger.country(f"oil{number}", "JPN")
    ledger.document("copy", "2021-02-09", body=" ".join(f"oil4{number}" for number in range(60)))
    tonnes = {"dimension": "mass", **OIL}
    ledger.figure("oil1", "f:t", "7.0 million tonnes", 7e6, "t", measure="exports", **tonnes)
    ledger.figure("oil2", "f:bbl", "51 million barrels", 51e6, "[bbl_us]", measure="imports", dimension="volume", **OIL)
    over = {"measure": "supply", "comparator": ">", "value_low": 6.5e6, **tonnes}
    ledger.figure("oil3", "f:over", "over 6.5 million tonnes", 6.5e6, "t", **over)
    half = {"measure": "exports", **tonnes, "period_start": "2020-07-01"}
    ledger.figure("oil4", "f:four", "4 million tonnes", 4e6, "t", **half)
    ledger.figure("copy", "f:copy", "4 million tonnes", 4e6, "t", **half)
    ledger.figure("oil3", "f:six", "6 million tonnes", 6e6, "t", **half)
    ledger.figure("oil1", "f:price", "$60 a barrel", 60, "USD/[bbl_us]", kind="rate", dimension="money_per_volume")


def _events(ledger) -> None:
    days = {"n1": "2024-04-10", "n2": "2024-04-11", "n3": "2024-04-12", "n4": "2024-04-19", "n5": "2024-06-01"}
    for key, day in days.items():
        ledger.document(key, day)
        ledger.country(key, "PER")
        ledger.country(key, "CHL")
    ledger.document("n6", None)
    parties = "country:PER country:CHL"
    tenth = {"date_start": "2024-04-10", "date_end": "2024-04-10", "date_basis": "stated"}
    ledger.event("n1", "e:visit", "CONSULT", parties, event_mode="visit", **tenth)
    ledger.event("n2", "e:talks", "CONSULT", "country:CHL country:PER", **tenth)
    ledger.event("n3", "e:undated", "CONSULT", parties)
    ledger.event("n4", "e:week", "CONSULT", parties, date_start="2024-04-17", date_end="2024-04-17")
    ledger.event("n1", "e:third", "CONSULT", parties, event_name="3rd Pacific Forum", status="planned")
    ledger.event("n2", "e:3rd", "CONSULT", "country:PER", event_name="3rd Pacific Forum")
    ledger.event("n2", "e:fourth", "CONSULT", parties, event_name="4th Pacific Forum")
    ledger.event("n1", "e:pact", "AGREE", parties, **tenth)
    ledger.event("n5", "e:year", "CONSULT", parties, date_start="2024-01-01", date_end="2024-12-31")
    ledger.event("n6", "e:nowhen", "CONSULT", parties)
    # Two calls while a forum of the same two lasts.
    days = {"date_start": "2024-04-02", "date_end": "2024-04-06", "date_basis": "stated"}
    ledger.event("n1", "e:forum", "CONSULT", parties, event_mode="multilateral", **days)
    ledger.event("n1", "e:call2", "CONSULT", parties, event_mode="phone", date_start="2024-04-02")
    ledger.event("n2", "e:call5", "CONSULT", parties, event_mode="phone", date_start="2024-04-05")
    # What one document tells apart, without a date; and the same told by another.
    ledger.event("n1", "e:aid1", "SUPPORT", parties, char_start=10)
    ledger.event("n1", "e:aid2", "SUPPORT", parties, char_start=20)
    ledger.event("n2", "e:aid3", "SUPPORT", parties, char_start=5)
    # Nobody acts on a market.
    for key, document, topic in (("e:oil1", "n1", "oil"), ("e:oil2", "n2", "oil"), ("e:gas", "n3", "gas")):
        ledger.entity(document, topic, entity_type="COMMODITY")
        ledger.event(document, key, "MARKET", date_start="2024-04-09", event_mode="price_up")
        participant = {"document_id": document, "event_mention_id": f"mention:{key}", "entity_id": topic}
        ledger.add("parsed.event_participants", **participant, role="topic")
    ledger.add("parsed.event_figures", document_id="oil1", event_mention_id="mention:e:pact", figure_id="f:price")


def _withheld(ledger) -> None:
    ledger.document("bad", "2024-01-01")
    ledger.entity("bad", "org:gone")
    ledger.entity("bad", "org:kept")
    ledger.figure("bad", "f:bad", "5000%", 5000, "%", kind="share", dimension="ratio")
    ledger.figure("bad", "f:child", "up 5%", 5, "%", kind="change", dimension="ratio", base_figure_id="f:bad")
    ledger.event("bad", "e:bad", "AID", "org:kept org:gone", place_entity_id="org:gone")
    ledger.add("quality.withheld", table_name="fct_figures", row_id="f:bad")
    ledger.add("quality.withheld", table_name="dim_entities", row_id="org:gone")
    ledger.add("quality.withheld", table_name="fct_mentions", row_id="bad:org:gone")


def one(ledger, query: str):
    rows = ledger.ask(query)
    assert len(rows) == 1, rows
    return rows[0]


def test_a_target_is_met_early_by_a_report_that_names_neither_party(built):
    row = one(
        built,
        "select result, target_value, outcome_value, due_on::varchar, outcome_period_end::varchar, ratio "
        "from marts.fct_target_outcomes",
    )
    assert row == ("met_early", 10e9, 11.2e9, "2022-12-31", "2021-12-31", 1.12)


def test_barrels_tonnes_exports_imports_and_bounds_are_one_observation(built):
    row = one(
        built,
        "select value, unit_code, figure_count, independent_source_count, is_conflicting "
        "from marts.fct_observations where period_start = '2020-01-01'",
    )
    assert row == (7e6, "t", 3, 3, False)


def test_two_values_beyond_rounding_conflict_and_copies_do_not_outvote(built):
    row = one(
        built,
        "select value_min, value_max, figure_count, document_count, independent_source_count, is_conflicting "
        "from marts.fct_observations where period_start = '2020-07-01'",
    )
    assert row == (4e6, 6e6, 3, 3, 2, True)


def test_a_price_is_converted_by_both_its_units(built):
    value, unit = one(
        built, "select canonical_value, canonical_unit from marts.fct_figures where figure_id = 'f:price'"
    )
    assert unit == "USD/m3"
    assert value == pytest.approx(60 / 0.158987294928)


def test_every_figure_is_of_one_observation(built):
    figures = built.ask("select figure_id from marts.fct_figures order by all")
    listed = built.ask("select unnest(figure_ids) from marts.fct_observations order by all")
    assert figures == listed


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        pytest.param("e:visit", "e:talks", True, id="same day, same parties, one report names no mode"),
        pytest.param("e:visit", "e:undated", True, id="no date, published two days after"),
        pytest.param("e:visit", "e:week", False, id="a week apart"),
        pytest.param("e:visit", "e:pact", False, id="another type"),
        pytest.param("e:visit", "e:year", False, id="a whole year is no day of it"),
        pytest.param("e:visit", "e:nowhen", False, id="neither date nor publication"),
        pytest.param("e:call2", "e:call5", False, id="two calls during one forum"),
        pytest.param("e:forum", "e:call2", False, id="another mode"),
        pytest.param("e:aid1", "e:aid2", False, id="told apart by one document"),
        pytest.param("e:aid1", "e:aid3", True, id="the first of two documents, a day apart"),
        pytest.param("e:oil1", "e:oil2", True, id="one market on one day"),
        pytest.param("e:oil1", "e:gas", False, id="two markets on one day"),
        pytest.param("e:third", "e:3rd", True, id="same numbered name, other guests"),
        pytest.param("e:third", "e:fourth", False, id="the next of the series"),
    ],
)
def test_reports_are_of_one_event(built, first, second, are_one):
    events = dict(built.ask("select event_mention_id[9:], event_id from marts.fct_event_mentions"))
    assert (events[first] == events[second]) == are_one


def test_an_event_has_all_its_evidence(built):
    row = one(
        built,
        "select event_mode, status, mention_count, document_count, first_reported_on::varchar from marts.fct_events "
        "where event_id = (select event_id from marts.fct_event_mentions where event_mention_id = 'mention:e:visit')",
    )
    assert row == ("visit", "occurred", 3, 3, "2024-04-10")


def test_participants_stand_once_per_role(built):
    rows = built.ask(
        "select entity_id, role from marts.bridge_event_participants where event_id = "
        "(select event_id from marts.fct_event_mentions where event_mention_id = 'mention:e:pact') order by all"
    )
    assert rows == [("country:CHL", "recipient"), ("country:PER", "actor")]


def test_withheld_rows_are_in_no_mart_and_leave_null_where_they_were_named(built):
    assert built.ask("select count(*) from marts.fct_figures where figure_id = 'f:bad'") == [(0,)]
    assert built.ask("select base_figure_id from marts.fct_figures where figure_id = 'f:child'") == [(None,)]
    assert built.ask("select entity_id from marts.dim_entities where entity_id like 'org:%'") == [("org:kept",)]
    assert built.ask("select mention_id from marts.fct_mentions where document_id = 'bad'") == [("bad:org:kept",)]
    assert built.ask("select place_entity_id from marts.fct_events where event_type = 'AID'") == [(None,)]
    assert built.ask(
        "select entity_id from marts.bridge_event_participants where event_id in "
        "(select event_id from marts.fct_events where event_type = 'AID')"
    ) == [("org:kept",)]


def test_copies_are_told_from_the_original(built):
    rows = built.ask(
        "select document_id, is_syndicated_copy from marts.dim_documents "
        "where story_id = (select story_id from marts.dim_documents where document_id = 'copy') order by all"
    )
    assert rows == [("copy", True), ("oil4", False)]


def test_the_rules_hold_on_the_rows_written_for_them(built):
    """dbt's unit tests; they need the tables for their types, so they run on what was built."""
    dbt_runner.run_dbt(built.settings, ["test", "--select", "resource_type:unit_test"], run_id="test")


def test_a_second_build_gives_the_same_rows(built):
    tables = [
        row[0] for row in built.ask("select table_name from information_schema.tables where table_schema = 'marts'")
    ]
    before = {table: built.ask(f"select * from marts.{table} order by all") for table in tables}
    build(built.settings, run_id="again")
    assert {table: built.ask(f"select * from marts.{table} order by all") for table in tables} == before


def test_a_model_that_fails_is_named_with_its_reason(built):
    # The last test of this file: it breaks the warehouse that the others share.
    built.ask("alter table parsed.figures drop column measure")
    with pytest.raises(BuildFailed, match=r"model int_figures__\w+: .*measure"):
        build(built.settings, run_id="broken")
