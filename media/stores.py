"""Which store this installation keeps its recordings in: the one place that knows the kinds of store there are."""

from __future__ import annotations

from config.fitness import STATIC_FOLDERS
from config.settings import Settings
from media.file_store import FileStore
from media.store import Store


def open_store(settings: Settings) -> Store:
    """The store of these settings, for every process alike. Raises StoreUnfit."""
    return FileStore(settings.media, served=STATIC_FOLDERS)
