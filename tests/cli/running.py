"""What the commands are run with: the key and origin of their ledger."""

from collections.abc import Callable

from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED = bytes(range(32))
ORIGIN = "ledger.example/commands"
PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()

Flask = Callable[..., Result]
