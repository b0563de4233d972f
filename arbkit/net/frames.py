"""Frames: whole messages cut out of what a WebSocket's server sends, without I/O. Source: RFC 6455, section 5.2.

A venue sends thousands of short texts a second, each one unmasked frame by itself. Those are taken here, for a state
machine that is asked for every byte costs more than all that is done with a message. Everything else (signs of life,
the end, fragments, what a server must not send) is handed to that machine, byte by byte as it came.
"""

from typing import Final

_WHOLE: Final = frozenset({0x81, 0x82})
"""The first byte of a text, and of a binary message, that is complete in one frame."""
_FIN: Final = 0x80
_OPCODE: Final = 0x0F
_CONTROL: Final = 0x08


class Cutter:
    """The bytes of one connection, from the first after the upgrade."""

    __slots__ = ("_bytes_max", "_fragments", "_missing", "_parts", "_rest", "hopeless")

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._parts: list[bytes] = []
        self._missing = 0
        """How many bytes the frame that began in these parts lacks, as far as it is known."""
        self._rest = b""
        self._fragments = False
        """Whether a message began that has more frames."""
        self.hopeless = False
        """A frame came that must not: all bytes from there on are the machine's."""

    def cut(self, data: bytes) -> tuple[list[bytes], bytes]:
        """The messages at the front, and then one frame for the machine, if there is one; then go on with `rest`."""
        if self._parts:
            self._parts.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return [], b""
            data = b"".join(self._parts)
            self._parts.clear()
        messages: list[bytes] = []
        at, end = 0, len(data)
        while at < end:
            first, length, start = data[at], data[at + 1] if at + 1 < end else 0, at + 2
            if length >= 126:
                start += 2 if length == 126 else 8 if length == 127 else 0
                length = int.from_bytes(data[at + 2 : start]) if length < 128 else self._bytes_max + 1
                if length > self._bytes_max and end >= start:  # or masked, which a server's frames are not
                    self.hopeless = True
                    return messages, data[at:]
            stop = start + length
            if stop > end:
                self._parts.append(data[at:])
                self._missing = stop - end if end >= start else start - end
                break
            if first in _WHOLE and not self._fragments:
                messages.append(data[start:stop])
            else:
                if not first & _CONTROL:
                    self._fragments = not first & _FIN
                self._rest = data[stop:]
                return messages, data[at:stop]
            at = stop
        return messages, b""

    def rest(self) -> bytes:
        """What followed the frame that was handed to the machine."""
        rest, self._rest = self._rest, b""
        return rest
