"""The letter an agency's name is filed under, read from GB 2312, whose first level is sorted by pinyin."""

from __future__ import annotations

from bisect import bisect_right

# First character of each letter in GB 2312 level one; no syllable begins with I, U or V.
_FIRST = tuple(
    (int.from_bytes(first.encode("gb2312")), letter)
    for first, letter in zip("啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝", "ABCDEFGHJKLMNOPQRSTWXYZ", strict=True)
)
_STARTS = [start for start, _ in _FIRST]
_LEVEL_ONE_ENDS = 0xD7F9
_CITY = "北京市"


def initial_of(name: str) -> str:
    """First pinyin letter of a name, the city's own name left out (北京市朝阳区… is under C); '#' where unknown.

    Characters with two readings are filed under the one GB 2312 sorts them by (朝 under C, 重 under Z).
    """
    rest = name.removeprefix(_CITY) or name
    first = rest[:1].upper()
    if first.isascii() and first.isalpha():
        return first
    try:
        code = int.from_bytes(first.encode("gb2312"))
    except UnicodeEncodeError:
        return "#"
    if not _STARTS[0] <= code <= _LEVEL_ONE_ENDS:
        return "#"
    return _FIRST[bisect_right(_STARTS, code) - 1][1]
