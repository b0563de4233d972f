"""The one door to the network: reads over HTTP (http), orders over HTTP (posting), streams (sockets)."""

from arbkit.net.exchanges import Exchange
from arbkit.net.http import (
    BODY_BYTES_MAX,
    CATALOGUE_BYTES_MAX,
    MEBIBYTE,
    Http,
    Reply,
    RetryPolicy,
    Sign,
    Timeouts,
)
from arbkit.net.posting import NoAnswer, NotSent, Poster
from arbkit.net.rates import Rate

__all__ = [
    "BODY_BYTES_MAX",
    "CATALOGUE_BYTES_MAX",
    "MEBIBYTE",
    "Exchange",
    "Http",
    "NoAnswer",
    "NotSent",
    "Poster",
    "Rate",
    "Reply",
    "RetryPolicy",
    "Sign",
    "Timeouts",
]
