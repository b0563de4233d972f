"""Checks: one question each about the state of things, its answer, and what to do if it is not good."""

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How an answer is to be taken."""

    OK = "ok"
    WARN = "warn"
    """Works, but a person should know."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """A question, and its answer in words."""

    name: str
    state: CheckState
    detail: str
