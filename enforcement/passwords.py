"""Passwords: argon2id at the library's current parameters."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_NOBODY = f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"
"""The hash of no password: salt and result are zeros. Written instead of computed, because every command loads this."""


def hash_password(password: str) -> str:
    """The hash to keep of a password."""
    return _hasher.hash(password)


def password_matches(kept: str, password: str) -> bool:
    """Whether a password is the one whose hash is kept; an account without one matches nothing, in the same time."""
    try:
        return _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
