"""Passwords: argon2id at the library's current parameters."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to keep of a password."""
    return _hasher.hash(password)


def password_matches(kept: str, password: str) -> bool:
    """Whether a password is the one whose hash is kept; an account without one matches nothing, in the same time."""
    try:
        return _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False


_NOBODY = _hasher.hash("no account has this password, because it ends in a zero byte\0")
