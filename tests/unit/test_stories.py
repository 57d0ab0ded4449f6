"""Which texts are one story: copies with edits, cuts and furniture are; other reports of the event are not."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.records import stable_id
from flows.settings import Settings
from flows.stories import assign_stories
from flows.warehouse import open_warehouse

DAM = """Engineers on the upper Mura said on Tuesday that the new spillway had passed its first trial, eleven weeks
after a crack in the old one forced villages downstream to leave their homes. Water was let through two of the four
gates for six hours and reached 310 cubic metres a second, a third of what the structure is built for. "We listened
to it the whole time, and it did nothing that the model had not done before," said Petra Kos, who leads the works.
The company that runs the dam has spent 46 million euros on the repair, twice what it had put aside. A second trial
with all gates open is planned for the spring, when the snow on the passes melts. Until then the lake will be kept
nine metres below its usual level, which costs the valley about a fifth of the power it makes in a winter. Mayors of
the three villages asked for a siren that does not depend on the mobile network; the last alarm did not reach most
houses. The ministry promised an answer within a month, and said that it would look at two older dams as well."""

DAM_BY_ANOTHER = """The dam above Radlje held. After months of repair the operator opened two gates of its rebuilt
spillway on Tuesday and measured a flow of 310 cubic metres per second without any sign of movement, according to a
statement. Residents who had been taken out in August watched from the church hill. "We listened to it the whole
time, and it did nothing that the model had not done before," the head of works, Petra Kos, told reporters. Costs
have doubled to 46 million euros. Environmental groups called the trial rushed and said fish below the wall had been
left on dry stones for hours when the gates shut again. The operator denies it. In the valley people mostly speak of
the siren: it kept silent in summer, and the new one has been held up by a quarrel over who is to pay for the masts.
A full trial follows when the snow melts. Power output stays a fifth lower than usual over the winter, the grid
company said, and will be made up by imports from across the border."""

MARKET = """Robusta futures in London ended {a} dollars {move} at {b} dollars a tonne on {day}, traders said. Volume
was {c} lots. Certified stocks stood at {d} bags, against {e} bags a week earlier. Dealers pointed to rain in the
growing provinces and to roasters who have cover until the end of the quarter. Arabica was little changed. The market
keeps an eye on freight, which adds to the price of every bag that leaves the port, and on the currency."""

COOKIES = """We use cookies to give you the best experience. Accept all. Manage my choices. Subscribe to our morning
newsletter and never miss a headline. Share on social media. Read more from our correspondents below."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(Settings(home=tmp_path)) as opened:
        yield opened


def add(connection: duckdb.DuckDBPyConnection, document_id: str, body: str, day: date | None = None) -> None:
    connection.execute(
        """
        insert into raw.documents by name
        select $1 as document_id, 'test' as source_id, $1 || '.txt' as uri, $2 as body, 0 as word_count,
            '' as content_sha256, 'text/plain' as media_type, ''::blob as raw, '1' as cleaner_version,
            now() as first_seen_at, 'r' as run_id, $3::date as published_on
        """,
        [document_id, body, day],
    )


def stories(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute("select document_id, story_id from parsed.stories").fetchall()
    return dict(rows)


def are_one(connection: duckdb.DuckDBPyConnection, *bodies: str) -> bool:
    for number, body in enumerate(bodies):
        add(connection, f"d{number}", body)
    assign_stories(connection)
    return len(set(stories(connection).values())) == 1


def edited(body: str, *, every: int) -> str:
    words = body.split()
    return " ".join("lately" if number % every == every - 1 else word for number, word in enumerate(words))


def test_an_edited_copy_is_the_same_story(connection):
    assert are_one(connection, DAM, edited(DAM, every=9))


def test_a_copy_cut_to_its_beginning_is_the_same_story(connection):
    assert are_one(connection, DAM, DAM[:420])


def test_furniture_above_and_below_leaves_a_copy_the_same_story(connection):
    assert are_one(connection, DAM, f"{COOKIES}\n\n{DAM}\n\n{COOKIES}")


def test_a_changed_headline_leaves_a_copy_the_same_story(connection):
    assert are_one(connection, f"Spillway passes first trial\n\n{DAM}", f"Villagers wait for a siren\n\n{DAM}")


def test_typography_and_case_leave_a_copy_the_same_story(connection):
    assert are_one(connection, DAM, DAM.upper().replace('"', "”").replace(",", " ,"))


def test_another_report_of_the_event_with_the_same_quotation_is_another_story(connection):
    assert not are_one(connection, DAM, DAM_BY_ANOTHER)


def test_the_next_day_of_a_market_report_is_another_story(connection):
    monday = MARKET.format(a=31, move="lower", b="4,512", day="Monday", c="12,204", d="61,220", e="58,900")
    tuesday = MARKET.format(a=18, move="higher", b="4,530", day="Tuesday", c="9,871", d="61,105", e="59,340")
    assert not are_one(connection, monday, tuesday)


def test_a_digest_does_not_make_its_parts_one_story(connection):
    add(connection, "dam", DAM)
    add(connection, "market", MARKET)
    add(connection, "digest", f"{DAM}\n\n{MARKET}")
    assign_stories(connection)
    found = stories(connection)
    assert found["dam"] != found["market"]


def test_one_common_phrase_does_not_join_short_texts(connection):
    assert not are_one(
        connection,
        "Details will follow. The prime minister has arrived in Accra for talks on fishing rights.",
        "Details will follow. A fire has closed the main runway of the airport in Split.",
    )


COPPER = """Peru's copper output rose 4.5% in March from a year before, the mining ministry said on Thursday, as a new
pit in Moquegua reached its full rate. Zinc output fell 2%."""

NOTICE = """ About Mura Energy. Mura Energy is a leading producer of renewable power with plants in three countries and
more than 2,000 employees. Its shares are listed in Vienna and it pays a dividend every year. For more information
visit the website or write to press at the company. Forward-looking statements involve risks and uncertainties, and
actual results may differ from those expressed or implied."""


def sentences(body: str) -> list[str]:
    return [part.strip(" .") + "." for part in " ".join(body.split()).split(". ")]


def copies() -> dict[str, str]:
    told = sentences(DAM)
    return {
        "every fifth word exchanged": edited(DAM, every=5),
        "two sentences cut from the middle": " ".join(told[:4] + told[6:]),
        "lead cut within a word": " ".join(told[:3])[:-30] + "… [+1543 chars]",
        "sentences in another order": " ".join(told[:2] + told[5:] + told[2:5]),
        "corrected and continued": DAM.replace("310", "318").replace("46 million", "47 million")
        + " Officials later said that the gates had shut without trouble. The river was back in its bed by evening.",
        "American spelling": DAM.replace("metres", "meters"),
        "a lead of its own": "RADLJE (Own report) - The rebuilt spillway works; the valley can sleep again. "
        + " ".join(told[1:]),
        "furniture between the paragraphs": "Advertisement\n"
        + " ".join(told[:3])
        + "\nRead more: ten dams that failed and why we should care\n"
        + " ".join(told[3:])
        + "\n"
        + COOKIES,
    }


@pytest.mark.parametrize("body", copies().values(), ids=copies())
def test_a_copy_is_the_same_story(connection, body):
    assert are_one(connection, DAM, body)


def test_two_releases_above_one_notice_are_two_stories(connection):
    farm = "Mura Energy will build a wind farm of 40 turbines near Lendava for 90 million euros, with power from 2027."
    chief = (
        "Mura Energy appointed Ana Horvat as its finance chief; she joins from a bank in Graz and follows Luka Novak."
    )
    assert not are_one(connection, farm + NOTICE, chief + NOTICE)


@pytest.mark.parametrize(
    ("changes", "is_copy"),
    [
        ({"on Thursday, ": "", "rose": "climbed"}, True),
        ({"March": "April", "4.5%": "1.2%", "2%": "6%"}, False),
        ({"Peru": "Chile", "Moquegua": "Antofagasta", "4.5%": "3.1%"}, False),
    ],
    ids=["edited", "next month", "another country"],
)
def test_a_short_report_out_of_a_template_is_a_story_of_its_own(connection, changes, is_copy):
    other = COPPER
    for old, new in changes.items():
        other = other.replace(old, new)
    assert are_one(connection, COPPER, other) is is_copy


@pytest.mark.parametrize("body", ["", " ", "Fire.", "5 5 5", "\x00\ufeff…"])
def test_odd_bodies_are_stories_of_their_own(connection, body):
    assert not are_one(connection, DAM, body)


def test_only_the_earliest_is_no_copy_and_names_the_story(connection):
    add(connection, "b", DAM, date(2024, 3, 2))
    add(connection, "a", DAM + " .", date(2024, 3, 5))
    add(connection, "c", edited(DAM, every=11))
    assign_stories(connection)
    rows = connection.execute("select document_id, story_id, is_syndicated_copy from parsed.stories").fetchall()
    name = stable_id("story", "b")
    assert sorted(rows) == [("a", name, True), ("b", name, False), ("c", name, True)]


def test_a_copy_that_comes_a_year_later_joins_and_changes_no_key(connection):
    add(connection, "old", DAM, date(2023, 3, 2))
    add(connection, "other", DAM_BY_ANOTHER, date(2023, 3, 2))
    assign_stories(connection)
    before = stories(connection)
    add(connection, "a-new", DAM[:700], date(2024, 3, 2))
    result = assign_stories(connection)
    after = stories(connection)
    assert result.new_document_count == 1
    assert after["a-new"] == before["old"]
    assert {key: after[key] for key in before} == before


def test_a_date_that_becomes_known_makes_the_earlier_document_the_original(connection):
    add(connection, "a", DAM, date(2024, 3, 5))
    add(connection, "b", DAM + " .")
    assign_stories(connection)
    connection.execute("update raw.documents set published_on = '2024-03-01' where document_id = 'b'")
    assign_stories(connection)
    rows = connection.execute("select document_id from parsed.stories where not is_syndicated_copy").fetchall()
    assert rows == [("b",)]


def test_a_document_that_is_gone_leaves_its_story(connection):
    add(connection, "a", DAM, date(2024, 3, 1))
    add(connection, "b", DAM + " .", date(2024, 3, 5))
    assign_stories(connection)
    connection.execute("delete from raw.documents where document_id = 'a'")
    assign_stories(connection)
    assert stories(connection) == {"b": stable_id("story", "b")}


def test_the_order_and_the_batches_of_arrival_decide_nothing(connection):
    texts = {
        f"{name}{number}": (body, date(2024, 1, 1) + timedelta(days=number))
        for name, source in (("x", DAM), ("y", DAM_BY_ANOTHER), ("z", COOKIES * 3 + MARKET))
        for number, body in enumerate((source, edited(source, every=12), source[: int(0.75 * len(source))]))
    }
    found = []
    for seed in range(4):
        connection.execute("delete from raw.documents")
        connection.execute("delete from parsed.stories")
        order = sorted(texts)
        random.Random(seed).shuffle(order)
        for number, key in enumerate(order):
            add(connection, key, *texts[key])
            if number % (seed + 1) == 0:
                assign_stories(connection)
        assign_stories(connection)
        found.append(stories(connection))
    assert all(each == found[0] for each in found)
    assert len(set(found[0].values())) == 3
