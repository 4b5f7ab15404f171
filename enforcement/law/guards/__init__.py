"""The conditions of the law, one function each, by subject; `GUARDS` holds them by name."""

from enforcement.law.guards.registry import GUARDS, Answer, Gap, Guard, Law, guard

__all__ = ["GUARDS", "Answer", "Gap", "Guard", "Law", "guard"]
