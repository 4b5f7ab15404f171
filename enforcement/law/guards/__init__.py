"""The conditions of the law, one function each, by subject; `GUARDS` holds them by name."""

from enforcement.law.guards import (
    decision,
    disclosure,
    hearing,
    investigation,
    legal_review,
    license,  # noqa: A004 - the word of the law
    measures,
    notice,
    officers,
    on_the_spot,
    order_of_days,
    process_records,
    service,
)
from enforcement.law.guards.registry import GUARDS, Answer, Gap, Guard, Law, guard

SUBJECTS = (
    officers,
    process_records,
    order_of_days,
    measures,
    on_the_spot,
    investigation,
    notice,
    hearing,
    legal_review,
    decision,
    service,
    license,
    disclosure,
)
"""Every module of conditions, in the order a case meets them."""

__all__ = ["GUARDS", "SUBJECTS", "Answer", "Gap", "Guard", "Law", "guard"]
