"""A multipart body read as it arrives: small fields first, then one file, handed on by chunks, never kept whole."""

from collections.abc import Iterator
from typing import BinaryIO

from werkzeug.exceptions import BadRequest
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

CHUNK = 256 * 1024
LONGEST_FIELDS = 64 * 1024


class Upload:
    """One upload: `fields` are read at once, the file when it is asked for. Fields after the file are refused."""

    def __init__(self, stream: BinaryIO, boundary: bytes) -> None:
        self._stream = stream
        self._decoder = MultipartDecoder(boundary, max_parts=100)
        self.fields: dict[str, list[str]] = {}
        self._ended = False
        self._read_fields()

    def _read_fields(self) -> None:
        name, text, length = "", bytearray(), 0
        while True:
            event = self._next()
            if isinstance(event, File):
                return
            if isinstance(event, Epilogue):
                self._ended = True
                return
            if isinstance(event, Field):
                name, text = event.name, bytearray()
            elif isinstance(event, Data):
                text += event.data
                length += len(event.data)
                if length > LONGEST_FIELDS:
                    raise BadRequest
                if not event.more_data:
                    self.fields.setdefault(name, []).append(text.decode("utf-8", "replace"))

    def _next(self) -> object:
        while True:
            try:
                event = self._decoder.next_event()
            except ValueError as error:
                raise BadRequest from error
            if not isinstance(event, NeedData):
                return event
            chunk = self._stream.read(CHUNK)
            try:
                self._decoder.receive_data(chunk or None)
            except ValueError as error:
                raise BadRequest from error

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes as they arrive; nothing where no file was sent."""
        if self._ended:
            return
        while True:
            event = self._next()
            if not isinstance(event, Data):
                raise BadRequest
            if event.data:
                yield event.data
            if not event.more_data:
                break
        if not isinstance(self._next(), Epilogue):
            raise BadRequest
