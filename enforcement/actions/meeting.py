"""What is shown and told whenever officers meet a party (G#8.2): two questions, the same in every form."""

from typing import Any

from enforcement.actions.forms import choices, yes_no

FIVE = ("told_reason", "told_basis", "told_rights", "told_remedy_manner", "told_remedy_channel")


def credentials() -> Any:
    """That certificates were shown."""
    return yes_no("已主动出示执法证件、表明身份", cite="G#8.2")


def five_points(*, note: str = "同一执法人员在同类活动中已经告知的，可以不填", cite: str = "G#8.2") -> Any:
    """What the party was told; told once for a kind of activity, the same officers need not tell it again."""
    return choices("已主动告知当事人", *FIVE, required=False, note=note, cite=cite)
