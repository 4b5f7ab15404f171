"""Redaction by the rules of our own law book, as the core asks for it."""

from __future__ import annotations

from functools import partial

from publish import redact
from tests import factories

RULES = factories.book().redaction

propose = partial(redact.propose, rules=RULES)
leaks = partial(redact.leaks, rules=RULES)
mask = partial(redact.mask, rules=RULES)
mask_name = partial(redact.mask_name, rules=RULES)
names_in = partial(redact.names_in, rules=RULES)
