#!/usr/bin/env python3
"""验证一条行政执法公示信息。只用 Python 3 标准库，不联系任何服务器；请先阅读，再运行。

    python3 verify.py record.json proof.json [--key 公钥] [--checkpoint checkpoint.txt]
    python3 verify.py proof.json                      （已撤回的公示信息，没有 record.json）

依次检查：公示内容的 SHA-256 与台账记录所载一致；台账记录在签名检查点的树中；检查点由该公钥签署。
--key 请取自网站以外的来源（例如机关公告或者以前保存的副本），否则只能证明网站前后一致。
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

FORMAT = "mingjian-proof-1"
HELD_EVENTS = ("publication_made", "publication_corrected")
TAKEN_DOWN = "publication_taken_down"
BEIJING = timezone(timedelta(hours=8))

# ------------------------------------------------------------------------------------------------ Ed25519 (RFC 8032)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    w, x, y, z = f - e, h - g, h + g, f + e
    return w * x % P, y * z % P, x * y % P, w * z % P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        raise ValueError("公钥或者签名不是曲线上的点")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("公钥或者签名不是曲线上的点")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (64 bytes) of `message` was made with the private half of `key` (32 bytes)."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or len(key) != 32 or s >= ORDER:  # noqa: PLR2004 — RFC 8032
        return False
    try:
        a, r = _point(key), _point(signature[:32])
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# --------------------------------------------------------------------------------------------- Merkle tree (RFC 6962)
def root_of(leaf: bytes, position: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2). ValueError for a path of the wrong length."""
    node, last, result = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("证明路径过长")
        if node & 1 or node == last:
            result = hashlib.sha256(b"\x01" + sibling + result).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = hashlib.sha256(b"\x01" + result + sibling).digest()
        node, last = node >> 1, last >> 1
    if last or not 0 <= position < size:
        raise ValueError("证明路径过短")
    return result


def read_note(note: str, key: str) -> tuple[int, bytes]:
    """Size and root of a signed checkpoint; raises ValueError if the key did not sign it."""
    origin, _, encoded = key.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    lines = text.splitlines()
    name = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    for line in signatures.splitlines():
        dash, who, signature = line.split(" ")
        raw = base64.b64decode(signature)
        if dash == "—" and who == origin == lines[0] and raw[:4] == name:
            if signature_holds(public, text.encode(), raw[4:]):
                return int(lines[1]), base64.b64decode(lines[2])
            raise ValueError("检查点的签名不成立")
    raise ValueError("检查点不是由这个公钥签署的")


def check_entry(entry: dict[str, Any], publication: str, key: str) -> dict[str, Any]:
    """Recompute one entry up to the signed root and return its body; raises ValueError naming what does not hold."""
    body: dict[str, Any] = json.loads(entry["body"])
    if body["data"]["publication"] != publication or body["event"] != entry["event"]:
        raise ValueError("台账记录说的不是这条公示信息")
    data = bytes.fromhex(entry["prev_hash"]) + bytes.fromhex(entry["salt"]) + entry["body"].encode()
    leaf = hashlib.sha256(b"\x00" + data).digest()
    if leaf.hex() != entry["leaf_hash"]:
        raise ValueError("台账记录的哈希不一致")
    size, root = read_note(entry["checkpoint"]["note"], key)
    path = [bytes.fromhex(sibling) for sibling in entry["path"]]
    if root_of(leaf, int(entry["position"]), size, path) != root:
        raise ValueError("台账记录不在检查点所签署的树中")
    return body


def said_of(position: int, body: dict[str, Any], *, was_down: bool = False) -> str:
    """One entry as a reader understands it: its number, what was done, when by Beijing's clock."""
    again = body["event"] == "publication_corrected" or int(body["data"].get("version", "1")) > 1
    done = "因公示有误撤下" if body["event"] == TAKEN_DOWN else "撤回公示"
    if body["event"] in HELD_EVENTS:
        done = ("撤下后重新公示" if was_down else "更正后重新公示") if again else "公示"
    at = datetime.fromisoformat(body["at"].replace("Z", "+00:00")).astimezone(BEIJING)  # noqa: FURB162 — Python 3.10
    when = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}（北京时间）"
    return f"存证台账第 {position + 1} 号：{done}，{when}登记，在签名的检查点之中"


def verify(record: bytes | None, proof: dict[str, Any], key: str) -> list[str]:
    """Check a record and its proof; returns what was found, in Chinese; raises ValueError naming what does not hold."""
    if proof.get("format") != FORMAT or not proof["entries"]:
        raise ValueError("还没有可以验证的证明：新公示的信息在签署下一个检查点之后才有证明，请稍后重新下载")
    said = []
    held, latest = "", ""
    for entry in sorted(proof["entries"], key=lambda one: int(one["position"])):
        body = check_entry(entry, proof["publication"], key)
        said.append(said_of(int(entry["position"]), body, was_down=latest == TAKEN_DOWN))
        latest = entry["event"]
        held = body["data"].get("digest", "") if entry["event"] in HELD_EVENTS else ""
    if record is None:
        if held:
            raise ValueError("这条公示信息没有撤回，请同时给出 record.json")
        return [*said, "这条公示信息现已撤下" if latest == TAKEN_DOWN else "这条公示信息已经撤回"]
    found = f"sha256:{hashlib.sha256(record).hexdigest()}"
    if found != held:
        raise ValueError(f"公示内容与台账所载不一致：内容为 {found}，台账为 {held or '已撤回'}")
    return [*said, f"公示内容与台账所载一致：{found}"]


def main(arguments: list[str]) -> int:
    """Run the verifier; 0 if everything holds, 1 if not, 2 if called wrongly."""
    given: dict[str, str] = {}
    files: list[Path] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in {"--key", "--checkpoint"}:
            given[argument] = next(rest, "")
        else:
            files.append(Path(argument))
    if len(files) not in {1, 2}:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    try:
        proof = json.loads(files[-1].read_bytes())
        key = given.get("--key") or proof["key"]
        lines = verify(files[0].read_bytes() if len(files) == 2 else None, proof, key)  # noqa: PLR2004 — record and proof
        if "--checkpoint" in given:
            size, _ = read_note(Path(given["--checkpoint"]).read_text(encoding="utf-8"), key)
            lines.append(f"另行保存的检查点（{size} 条记录）由同一公钥签署")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.stdout.write(f"✗ 验证不通过：{error}\n")
        return 1
    for line in lines:
        sys.stdout.write(f"✓ {line}\n")
    if "--key" not in given:
        sys.stdout.write("! 使用了证明文件自带的公钥；如需不信任网站的验证，请用 --key 给出另行取得的公钥。\n")
    sys.stdout.write("✓ 验证通过\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
