"""A place of a text that names somebody or something, before it is known who or what."""

from dataclasses import dataclass

from flows.nlp.aliases import Alias


@dataclass(slots=True)
class Found:
    """A place that names somebody or something: tokens, end-exclusive; ``aliases`` where the table knows it."""

    start: int
    end: int
    label: str
    aliases: tuple[Alias, ...] = ()
    guess: str | None = None
    """What the model took it for, where the table knows the name."""
    weight: int = 1
    """How much the label is worth where places of one name differ."""
