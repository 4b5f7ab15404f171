"""What a pass did, counted by kind; nothing of it names a case or a person."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import structlog

log = structlog.get_logger("clock")

Item = TypeVar("Item")

OURS = ("enforcement.", "publish.", "media.", "config.")


def named(error: BaseException) -> dict[str, str]:
    """An error for a log: its kind, the database's own code, and the last place of ours it passed.

    Not its message: that may quote a name or an address.
    """
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    mine = [f"{name}:{line}" for name, line in frames if name.startswith(OURS)]
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return {"error": type(error).__name__, "at": mine[-1] if mine else "", **({"sqlstate": code} if code else {})}


WORDS = {
    "accepted_by_silence": "逾期未告知视为受理",
    "withheld": "依法不予公示",
    "stopped": "终止公示",
    "withdrawn": "撤回公示",
    "taken_down": "未成年人案件撤下公示",
    "withdrawal_verified": "核验已经撤回",
    "published": "发布公示",
    "published_late": "其中逾期发布",
    "verified": "核验公示可达",
    "unreachable": "公示页面未核验通过",
    "still_public": "撤回后的页面未核验通过",
    "recomputed": "日历变动重算期限",
    "refused": "依法不能办理",
    "taken_up": "登记更正申请",
    "year_begun": "年度期限开始计算",
    "notified": "提醒",
}


FOUND_AGAIN = frozenset({"unreachable", "still_public"})


class Tally:
    """Counts of what was done (kinds of WORDS), of what failed."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    @property
    def to_keep(self) -> bool:
        """Whether anything changed or failed; that a page still cannot be seen is found again in every pass."""
        return bool(set(self.done) - FOUND_AGAIN or self.failed)

    @property
    def anything(self) -> bool:
        """Whether the pass did, or failed to do, anything at all."""
        return bool(self.done or self.failed)

    def did(self, kind: str, count: int = 1) -> None:
        """Count something done; `kind` is one of WORDS."""
        if count:
            self.done[kind] += count

    def failed_at(self, kind: str, item: object, error: Exception) -> None:
        """Count an item that could not be dealt with in this pass, and log it by its id."""
        self.failed[kind] += 1
        log.error("sweep_item_failed", kind=kind, item=str(item), **named(error))

    def each(self, kind: str, items: Iterable[Item], do: Callable[[Item], None]) -> None:
        """Do something with each item; one that fails is counted, and stops none of the others."""
        for item in items:
            try:
                do(item)
            except Exception as error:  # noqa: BLE001  (one item of a sweep)
                self.failed_at(kind, item, error)

    def add(self, other: Tally) -> None:
        """Add another tally's counts."""
        self.done += other.done
        self.failed += other.failed

    def data(self) -> dict[str, Any]:
        """As JSON keeps it: {"done": {kind: count}, "failed": {kind: count}}."""
        return {"done": dict(sorted(self.done.items())), "failed": dict(sorted(self.failed.items()))}

    def said(self) -> str:
        """The same in one Chinese sentence."""
        parts = [f"{words}{self.done[kind]}件" for kind, words in WORDS.items() if self.done[kind]]
        parts += [f"未能处理{sum(self.failed.values())}件"] if self.failed else []
        return "，".join(parts) or "没有到期事项"
