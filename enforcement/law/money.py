"""How an amount is written for people: in yuan, thousands grouped, and to the fen only where there are any."""

from __future__ import annotations

FEN_PER_YUAN = 100


def yuan(fen: int) -> str:
    """12,345.60元 for 1234560 fen, 5,000元 for 500000. Exact for amounts of any size; a negative one keeps its sign."""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02d}' if rest else ''}元"
