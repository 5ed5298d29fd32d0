"""How long to try to reach a server."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to try.

    Attributes:
        attempts: in a row that bring nothing new.
        first_pause: seconds before the second attempt; doubled each time.
        longest_pause: of ours, in seconds.
        longest_wait: that a server may ask for (``Retry-After``), in seconds.
        connect: seconds until a connection stands.
        read: seconds without a byte.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_wait: float = 60.0
    connect: float = 15.0
    read: float = 30.0
