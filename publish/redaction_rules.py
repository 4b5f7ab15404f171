"""What redaction must be told: what is hidden, under which words, and what names are recognised by.

Whoever publishes brings it. The law book reads it, with all other law; nothing here opens a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol


class Category(Protocol):
    """One kind of thing that is hidden."""

    @property
    def mask(self) -> str:
        """What stands in its place: 〔家庭住址已隐去〕."""


class Pattern(Protocol):
    """A labelled pattern: where it matches, group `value` (else the whole) is masked with `mask`."""

    @property
    def category(self) -> str:
        """What it finds."""

    @property
    def mask(self) -> str:
        """What stands in its place."""

    @property
    def regex(self) -> re.Pattern[str]:
        """Where it stands."""

    @property
    def suggestion(self) -> bool:
        """Whether it is no more than a guess."""


class NameWords(Protocol):
    """The vocabulary that names are recognised by; a heuristic, never a decision."""

    @property
    def cues(self) -> re.Pattern[str]:
        """Ends where a name may begin."""

    @property
    def after(self) -> re.Pattern[str]:
        """Begins where a name may end."""

    @property
    def place(self) -> re.Pattern[str]:
        """Begins where the name of a place ends."""

    @property
    def never_given(self) -> AbstractSet[str]:
        """Characters that begin no given name."""

    @property
    def seldom_last(self) -> AbstractSet[str]:
        """Characters that seldom end one."""

    @property
    def never_last(self) -> AbstractSet[str]:
        """Characters that end places and things."""

    @property
    def not_names(self) -> tuple[str, ...]:
        """Words that begin like a surname."""

    @property
    def weak(self) -> AbstractSet[str]:
        """Surnames that are everyday words."""

    @property
    def compound(self) -> AbstractSet[str]:
        """Surnames of two characters."""

    @property
    def single(self) -> AbstractSet[str]:
        """Surnames of one."""

    @property
    def ordinals(self) -> str:
        """What keeps persons of one surname apart, in order."""


class Rules(Protocol):
    """Everything `publish.redact` needs to know."""

    @property
    def categories(self) -> Mapping[str, Category]:
        """What is hidden, by key; `name` and `other` are among them."""

    @property
    def patterns(self) -> Sequence[Pattern]:
        """What is found by its label."""

    @property
    def names(self) -> NameWords:
        """How names are recognised."""
