"""A generated corpus of news-like documents: the same seed gives the same texts on every machine.

``python -m tests.benchmarks.corpus 1000 > corpus.jsonl``
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

COUNTRIES = (
    ("Russia", "Russian", "Moscow"), ("China", "Chinese", "Beijing"), ("India", "Indian", "New Delhi"),
    ("Brazil", "Brazilian", "Brasilia"), ("Turkey", "Turkish", "Ankara"), ("Egypt", "Egyptian", "Cairo"),
    ("Kenya", "Kenyan", "Nairobi"), ("Norway", "Norwegian", "Oslo"), ("Japan", "Japanese", "Tokyo"),
    ("Mexico", "Mexican", "Mexico City"), ("Poland", "Polish", "Warsaw"), ("Chile", "Chilean", "Santiago"),
)  # fmt: skip
GOODS = ("crude oil", "natural gas", "coal", "wheat", "copper", "steel", "liquefied natural gas", "electricity")
PEOPLE = ("Maria Okafor", "Henrik Dahl", "Li Wenqing", "Anil Deshmukh", "Sofia Marques", "Yusuf Demir", "Anna Nowak")
OFFICES = ("Energy Minister", "Foreign Minister", "Trade Minister", "Deputy Prime Minister", "central bank governor")
SENTENCES = (
    "{a} exported {n} million tons of {good} to {b} in {year}, up {p} percent from a year earlier.",
    "{office} {person} said on {day} that trade between {a} and {b} topped ${m} billion.",
    "The two countries agreed to build a {g}-gigawatt plant near {city} by {later}.",
    "Prices rose {p}% to ${price} a barrel after the announcement.",
    "“We expect deliveries to reach {n} million tons next year,” {person} told reporters in {city}.",
    "Officials from {a} met their {bdem} counterparts in {city} to discuss tariffs and transit.",
    "The ministry did not comment on the talks, which were the third this month.",
    "Analysts had warned that the weather would delay the harvest across the northern provinces.",
    "{adem} lawmakers criticised the decision and called for an inquiry.",
    "Between {p} and {q} percent of the {good} is shipped through ports in the south.",
    "Residents described long queues and said the road had been closed since the morning.",
    "The company, which employs {k} people, plans to invest ${m} billion over the next decade.",
    "Nobody was injured, according to the fire service, and the line reopened by evening.",
    "The parliament will vote on the budget after a debate that has divided the coalition.",
)


def generate(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """``count`` documents of 120 to 500 words, one in twenty a slightly edited copy of the one before."""
    chance = random.Random(seed)
    last: dict[str, Any] | None = None
    for number in range(count):
        if last is not None and chance.random() < 0.05:
            yield last | {"text": last["text"] + "\n\nEditing by the night desk.", "publisher": f"Paper {number % 40}"}
            continue
        last = _document(chance, number)
        yield last


def _document(chance: random.Random, number: int) -> dict[str, Any]:
    (a, adem, _), (b, bdem, city) = chance.sample(COUNTRIES, 2)
    published = date(2023, 1, 1) + timedelta(days=chance.randrange(1000))
    words = {"a": a, "b": b, "adem": adem, "bdem": bdem, "city": city}

    def sentence() -> str:
        return chance.choice(SENTENCES).format(
            **words,
            good=chance.choice(GOODS),
            office=chance.choice(OFFICES),
            person=chance.choice(PEOPLE),
            day=chance.choice(("Monday", "Tuesday", "Thursday")),
            year=published.year - 1,
            later=published.year + chance.randrange(2, 12),
            n=chance.randrange(2, 90),
            m=chance.randrange(1, 60),
            p=chance.randrange(2, 20),
            q=chance.randrange(21, 60),
            g=chance.choice(("1.2", "2.4", "3")),
            k=f"{chance.randrange(1, 90)},{chance.randrange(100, 999)}",
            price=f"{chance.randrange(50, 99)}.{chance.randrange(10, 99)}",
        )

    paragraphs = [" ".join(sentence() for _ in range(chance.randrange(1, 4))) for _ in range(chance.randrange(5, 12))]
    return {
        "id": f"doc-{number}",
        "title": f"{a} and {b} look at {chance.choice(GOODS)} trade",
        "publisher": f"Paper {number % 40}",
        "published_at": published.isoformat(),
        "text": "\n\n".join(paragraphs),
    }


if __name__ == "__main__":
    for row in generate(int(sys.argv[1])):
        print(json.dumps(row, ensure_ascii=False))
