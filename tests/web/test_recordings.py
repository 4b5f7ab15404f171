"""A recording comes in through the page and is watched in parts; nothing of it is kept in memory or shown to others."""

from __future__ import annotations

import hashlib
import html
import tracemalloc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from enforcement.actions.agency import SetParameter
from enforcement.actions.cases import Reason
from enforcement.actions.registry import perform
from enforcement.models.recordings import Recording
from enforcement.web.multipart import Upload
from enforcement.web.words import day
from media.demo import make_video
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from tests.factories import House
    from tests.web.conftest import Visitor

BOUNDARY = b"mingjian-boundary"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "made.mp4"
    make_video(path, seconds=2)
    return path


def described(shop: House, visitor: Visitor, address: str, **more: str) -> dict[str, Any]:
    page = visitor.get(address)
    return {
        "csrf_token": visitor.token(page),
        "version": page.split('name="version" value="')[1].split('"')[0],
        "activity": "on_site",
        "started_at": "2026-09-01T08:30",
        "place": "文渊街甲6号",
        "officers": [shop.market.id("officer1"), shop.market.id("officer2")],
        "target": "北京明德晴川食品有限公司",
        "device_kind": "body_camera",
        "device_no": "DSJ-001",
        **more,
    }


def body(fields: dict[str, Any], content: bytes, *, file_first: bool = False) -> bytes:
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, given in fields.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    file = b'Content-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n' + content
    ordered = [file, *parts] if file_first else [*parts, file]
    return b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in ordered) + b"--" + BOUNDARY + b"--\r\n"


def send(visitor: Visitor, address: str, sent: bytes, **headers: str) -> Any:
    return visitor.client.post(
        address, data=sent, content_type=f"multipart/form-data; boundary={BOUNDARY.decode()}", headers=headers
    )


def test_a_recording_is_taken_in_digested_and_played_in_parts(
    shop: House, video: Path, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/recordings/new"
    content = video.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    answer = send(visitor, address, body(described(shop, visitor, address, sha256=digest), content))
    assert answer.status_code == 302, answer.text
    assert "音像记录已存证" in visitor.get(answer.headers["Location"])
    row = next(one for one in visitor.api("GET", "/api/recordings").get_json() if one["sha256"] == digest)
    page = visitor.get(f"/recordings/{row['id']}")
    assert digest in page
    assert row["sm3"] in page
    media = f"/recordings/{row['id']}/media"
    whole = visitor.client.get(media)
    assert whole.data == content
    assert whole.headers["Content-Security-Policy"].startswith("sandbox")
    part = visitor.client.get(media, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert visitor.client.get(media, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
    assert (visitor.client.get(f"/recordings/{row['id']}/poster").mimetype or "").startswith("image/")
    stranger = signed_in("shjd-officer1")
    for path in ("", "/media", "/poster"):
        stranger.get(f"/recordings/{row['id']}{path}", 404)


def test_the_page_says_until_when_a_recording_is_kept_by_the_number_the_agency_has_set(
    shop: House, video: Path, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/recordings/new"
    send(visitor, address, body(described(shop, visitor, address), video.read_bytes()))
    with shop.office.reading(shop.market.agency_id) as session:
        page = f"/recordings/{session.scalars(select(Recording.id).where(Recording.case_id == walk.case_id)).one()}"
    assert "案件终结后至少保存6个月" in visitor.get(page)
    set_to_a_year = SetParameter(
        name="recording_retention_months", value=12, from_on=walk.today, cite="《保存规定》", quote="保存十二个月"
    )
    perform(shop.office, shop.market.actors["head"], "set_parameter", set_to_a_year)
    assert "案件终结后至少保存12个月" in visitor.get(page)
    walk.do("head", "drop_case", Reason(reason="经查没有违法事实。"))
    closed_on = factories.case_of(walk).closed_on
    assert closed_on is not None
    assert f"至少保存至 {day(closed_on.replace(year=closed_on.year + 1))}" in visitor.get(page)


def test_a_beginning_typed_wrongly_is_put_right_from_the_recordings_own_page(
    shop: House, video: Path, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    new = f"/cases/{walk.case_id}/recordings/new"
    send(visitor, new, body(described(shop, visitor, new), video.read_bytes()))
    rows = visitor.api("GET", "/api/recordings").get_json()
    recording = next(one["id"] for one in rows if one["case_id"] == str(walk.case_id))
    where = f"/recordings/{recording}"
    page = visitor.get(where)
    address = html.unescape(page.split('">更正记录开始时间')[0].rsplit('href="', 1)[1])
    form = visitor.get(address)
    version = form.split('name="version" value="')[1].split('"')[0]
    right = {"recording": recording, "started_at": "2026-09-01T07:30:05", "reason": "登记时写错了小时。"}
    assert f'value="{recording}" selected' in form
    assert visitor.post(address.split("?")[0], {**right, "version": version, "_do": "act"}).status_code == 302
    page = visitor.get(where)
    assert "07:30" in page.split("<h1>")[1].split("</h1>")[0]
    assert "导入时登记为" in page
    assert "更正记录开始时间</a>" not in signed_in("scjg-clerk").get(where)


def test_what_is_no_recording_or_not_the_one_declared_is_refused_in_words(
    shop: House, video: Path, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/recordings/new"
    before = factories.case_of(walk).version
    wrong = send(visitor, address, body(described(shop, visitor, address, sha256="0" * 64), video.read_bytes()))
    assert wrong.status_code == 422
    assert "与申报的 SHA-256 不一致" in wrong.text
    text = send(visitor, address, body(described(shop, visitor, address), b"not a video" * 1000))
    assert text.status_code == 422
    empty = send(visitor, address, body(described(shop, visitor, address), b""))
    assert empty.status_code == 422
    lacking = send(visitor, address, body(described(shop, visitor, address, place=""), video.read_bytes()))
    assert lacking.status_code == 422
    assert "请填写记录地点" in lacking.text
    asked = send(visitor, address, body(described(shop, visitor, address), b"x"), Accept="application/json")
    assert asked.get_json()["zh"]
    assert factories.case_of(walk).version == before


def test_without_its_token_nothing_of_the_file_is_read(
    shop: House, video: Path, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/recordings/new"
    fields = described(shop, visitor, address)
    assert send(visitor, address, body(fields | {"csrf_token": "forged"}, video.read_bytes())).status_code == 400
    assert send(visitor, address, body(fields, video.read_bytes(), file_first=True)).status_code == 400
    assert visitor.client.post(address, data={"csrf_token": fields["csrf_token"]}).status_code == 415


def test_the_api_takes_a_recording_in_with_the_version_that_was_read(
    shop: House, tmp_path: Path, signed_in: Callable[[str], Visitor]
) -> None:
    path = tmp_path / "other.mp4"
    make_video(path, seconds=1)
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    fields = described(shop, visitor, f"/cases/{walk.case_id}/recordings/new")
    token, version = fields.pop("csrf_token"), fields.pop("version")
    address = f"/api/cases/{walk.case_id}/take-in-recording"
    sent = body(fields, path.read_bytes())
    assert send(visitor, address, sent, **{"X-CSRFToken": token}).status_code == 428
    assert send(visitor, address, sent, **{"If-Match": f'"{version}"'}).status_code == 400
    done = send(visitor, address, sent, **{"X-CSRFToken": token, "If-Match": f'"{version}"'})
    assert done.status_code == 200, done.text
    assert done.get_json()["event"] == "recording_taken_in"


class Endless:
    """A body of many megabytes that never exists in one piece."""

    def __init__(self, megabytes: int) -> None:
        head = body({"a": "1"}, b"")
        self.head = head[: head.rindex(b"\r\n--")]
        self.pieces: Iterator[bytes] = iter([self.head, *[b"x" * 2**20] * megabytes, head[head.rindex(b"\r\n--") :]])
        self.left = b""

    def read(self, size: int = -1) -> bytes:
        while len(self.left) < size:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.left += piece
        given, self.left = self.left[:size], self.left[size:]
        return given


def test_a_large_file_passes_through_in_bounded_memory() -> None:
    tracemalloc.start()
    upload = Upload(Endless(96), BOUNDARY)  # type: ignore[arg-type]  # reads like a file
    assert upload.fields == {"a": ["1"]}
    size = sum(len(chunk) for chunk in upload.chunks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 96 * 2**20
    assert peak < 16 * 2**20


def test_a_body_that_breaks_off_or_goes_on_after_the_file_is_refused() -> None:
    import io

    whole = body({"a": "1"}, b"x" * 5000)
    with pytest.raises(BadRequest):
        list(Upload(io.BytesIO(whole[:-2000]), BOUNDARY).chunks())
    more = (
        whole.removesuffix(b"--\r\n")
        + b'\r\nContent-Disposition: form-data; name="late"\r\n\r\n1\r\n--'
        + BOUNDARY
        + b"--\r\n"
    )
    with pytest.raises(BadRequest):
        list(Upload(io.BytesIO(more), BOUNDARY).chunks())
    with pytest.raises(BadRequest):
        Upload(io.BytesIO(body({"a": "1" * 100_000}, b"x")), BOUNDARY)


def test_changed_bytes_are_shown_to_nobody_and_the_page_says_what_to_do(
    shop: House, video: Path, signed_in: Callable[[str], Visitor], tmp_path: Path
) -> None:
    walk = factories.open_case(shop.market)
    visitor = signed_in("scjg-officer1")
    address = f"/cases/{walk.case_id}/recordings/new"
    other = tmp_path / "other.mp4"
    make_video(other, seconds=2, text="另一段")
    content = other.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert send(visitor, address, body(described(shop, visitor, address), content)).status_code == 302
    row = next(one for one in visitor.api("GET", "/api/recordings").get_json() if one["sha256"] == digest)
    page = f"/recordings/{row['id']}"
    assert visitor.client.get(f"{page}/media").status_code == 200
    assert "<video" in visitor.get(page)
    sealed = shop.office.store.root / "objects" / digest[:2] / digest[2:4] / digest  # type: ignore[attr-defined]
    sealed.chmod(0o600)
    with sealed.open("r+b") as file:
        file.seek(100)
        file.write(bytes([content[100] ^ 1]))
    for headers in ({}, {"Range": "bytes=0-9"}):
        answer = visitor.client.get(f"{page}/media", headers=headers)
        assert (answer.status_code, "已停止播放" in answer.get_data(as_text=True)) == (409, True)
    told = visitor.get(page)
    assert "已停止播放" in told
    assert "flask recordings verify" in told
    assert "<video" not in told
    assert "下载原始文件" not in told
    sealed.unlink()
    assert "文件缺失" in visitor.get(f"{page}/media", 409)
