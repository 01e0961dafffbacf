"""Opens a file that somebody exported: what it is packed in, and in one sentence what is wrong with its bytes."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from data_sources.files.layout import MOST_EXPANSION, SMALL, Layout
from data_sources.source import SourceError


def opened(path: Path) -> IO[bytes]:
    """The file, if it is one: a pipe or a device could make its reader wait for ever. Raises SourceError and OSError."""
    try:
        # Does not wait for the other end of a pipe; and what was opened is looked at, not what the name stood for before.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except ValueError as error:
        raise SourceError(f"{path.name} cannot be read: {error}.") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise SourceError(f"{path.name} is not a file.")
    return os.fdopen(number, "rb")


class _Unpacking(io.RawIOBase):
    """A gzipped file as a plain stream, which stops a file that unpacks to far more than it should."""

    def __init__(self, path: Path, packed: IO[bytes], most: float) -> None:
        self._name = path.name
        self._inside = gzip.GzipFile(fileobj=packed, mode="rb")
        self._most = most
        self._fair = max(SMALL, os.fstat(packed.fileno()).st_size * MOST_EXPANSION)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        chunk = self._inside.read(len(into))
        self._given += len(chunk)
        if self._given > self._fair:
            raise SourceError(f"{self._name} unpacks to more than {MOST_EXPANSION:,} times its size; it was not read.")
        if self._given > self._most:
            raise SourceError(
                f"{self._name} unpacks to more than {self._most / 1e6:,.0f} MB; "
                "if that is meant, raise most_unpacked_mb in its mapping."
            )
        into[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._inside.close()
        super().close()


@contextmanager
def unpacked(path: Path, layout: Layout) -> Iterator[IO[bytes]]:
    with opened(path) as plain:
        is_packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        if not is_packed:
            yield plain
            return
        with io.BufferedReader(_Unpacking(path, plain, layout.most_unpacked_mb * 1e6), 1 << 18) as stream:
            yield stream


@contextmanager
def seekable(path: Path, layout: Layout) -> Iterator[IO[bytes]]:
    """For formats that are read from the end: a gzipped one is unpacked to a temporary file without a name."""
    with unpacked(path, layout) as stream:
        if not isinstance(stream.raw if hasattr(stream, "raw") else stream, _Unpacking):
            yield stream
            return
        with tempfile.TemporaryFile() as whole:
            while chunk := stream.read(1 << 20):
                whole.write(chunk)
            whole.seek(0)
            yield whole


@contextmanager
def sentences(path: Path, layout: Layout) -> Iterator[None]:
    """Turns what the libraries raise into one sentence for a person."""
    try:
        yield
    except UnicodeDecodeError:
        raise SourceError(_where_not_decodable(path, layout)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError(f"{path.name} is a broken gzip file; it was probably cut off while it was copied.") from None
    except zipfile.BadZipFile:
        raise SourceError(f"{path.name} is a broken .xlsx file; open it in a spreadsheet and save it again.") from None
    except UnicodeError as error:
        raise SourceError(f"{path.name} is not encoded as {layout.encoding}: {error}.") from None
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}.") from None


def _where_not_decodable(path: Path, layout: Layout) -> str:
    decoder = codecs.getincrementaldecoder(layout.encoding)()
    before, line = 0, 1
    with unpacked(path, layout) as stream:
        while True:
            chunk = stream.read(1 << 16)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                at = before - waiting + error.start
                line += chunk[: max(0, error.start - waiting)].count(b"\n")
                byte = error.object[error.start]
                return (
                    f"{path.name} is not encoded as {layout.encoding}: byte {at + 1:,} (line {line:,}) is 0x{byte:02x}; "
                    'write its encoding in the mapping, often encoding = "cp1252".'
                )
            if not chunk:
                return f"{path.name} is not encoded as {layout.encoding}."
            before += len(chunk)
            line += chunk.count(b"\n")
