"""docs/states.md: diagrams drawn from the tables of core/execution.py."""

from itertools import groupby

from arbkit.core.execution import (
    DUTIES,
    JOINT_TABLE,
    LEG_TABLE,
    SETTLEMENT_TABLE,
    STANDINGS,
    UNPROVEN_STATES,
    ZERO_STATES,
    LegState,
    Standing,
    TradeState,
)


def leg_diagram() -> None:
    """Every move of an order that changes its state."""
    moves = sorted((str(old), str(new), str(event)) for (old, event), new in LEG_TABLE.items() if old is not new)
    print("```mermaid\nstateDiagram-v2\n    [*] --> intent")
    for (old, new), events in groupby(moves, key=lambda move: move[:2]):
        print(f"    {old} --> {new}: {', '.join(event for *_, event in events)}")
    print("```")


def leg_table() -> None:
    """What each state of an order means for its trade."""
    print("| state | stands as | proven? |\n|---|---|---|")
    for state in LegState:
        proven = "holds nothing; watched for a late fill" if state in ZERO_STATES else "yes"
        print(f"| {state} | {STANDINGS[state]} | {'not yet' if state in UNPROVEN_STATES else proven} |")


def settlement_diagram() -> None:
    """Whether the chain confirmed a fill."""
    print("```mermaid\nstateDiagram-v2\n    [*] --> none")
    for (held, seen), after in SETTLEMENT_TABLE.items():
        if held is not after:
            print(f"    {held} --> {after}: {seen}")
    print("```")


def trade_table() -> None:
    """What two legs come to."""
    print(f"| one leg | {' | '.join(Standing)} |\n|---|{'---|' * len(Standing)}")
    for first in Standing:
        cells = [str(JOINT_TABLE.get((first, second), "-")) for second in Standing]
        print(f"| **{first}** | {' | '.join(cells)} |")


def duties() -> None:
    """What is done about a trade in each state."""
    print("| trade | what has to be done |\n|---|---|")
    for state in TradeState:
        print(f"| {state} | {', '.join(DUTIES[state]) or 'nothing'} |")
