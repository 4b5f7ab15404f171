"""The commands of `flask --app wsgi …`: what they say to people, to programs, and by their exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import create_engine, make_url

from enforcement import sequencer
from enforcement.actions import access
from enforcement.actions.people import RegisterUnit
from enforcement.actions.recordings import DescribeRecording
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from media import demo as sample_media
from tests import factories
from tests.actions.watching import unchanged
from tests.cli.running import ORIGIN, SEED, Flask
from tests.factories import House
from tests.live_site import live_site

if TYPE_CHECKING:
    from enforcement.runtime.embedded import Server


@pytest.fixture
def tamper(server: Server, house: House) -> Callable[[str], None]:
    """Change a row as a superuser who has switched every trigger off."""

    def change(statement: str) -> None:
        connection: psycopg.Connection[Any] = server.connect(make_url(house.urls.app).database or "")
        with connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(statement.encode()).rowcount >= 1, statement

    return change


def seal(house: House) -> None:
    """Seal as the scheduler does, with the high-water mark where the commands look for it."""
    engine = create_engine(house.urls.sequencer)
    sequencer.run_once(engine, SEED, ORIGIN, house.office.store.root.parent / "var" / "high-water")  # type: ignore[attr-defined]
    engine.dispose()


# -------------------------------------------------------------------------------------------------------------- agency

NEW = (
    "agency", "found", "--code", "MD-CG", "--name", "北京市明德区城市管理综合行政执法局", "--prefix", "京明城管",
    "--region", "北京市明德区", "--admin-name", "白雪", "--admin-username", "cg-admin",
)  # fmt: skip


def test_a_founded_agency_has_one_who_signs_in_and_opens_the_accounts_of_the_others(flask: Flask, house: House) -> None:
    told = json.loads(flask(*NEW, "--json").output)
    token = access.sign_in(house.office, told["username"], told["password"])
    signed_in = access.find_session(house.office, token)
    assert signed_in is not None
    assert signed_in.agency_name == "北京市明德区城市管理综合行政执法局"
    assert signed_in.actor.roles == {"agency_admin"}
    perform(house.office, signed_in.actor, "register_unit", RegisterUnit(name="执法一队", kind="handling"))
    seal(house)
    assert flask("ledger", "verify").exit_code == 0


def test_an_agency_founded_twice_or_without_a_name_leaves_nothing(flask: Flask, house: House) -> None:
    assert flask(*NEW).exit_code == 0
    with unchanged(house):
        again = flask(*NEW, "--admin-username", "cg-second")
        assert (again.exit_code, again.output) == (1, "Error: code：已经登记，不得重复\n")
        namesake = flask(*NEW, "--code", "MD-CG-2", "--admin-username", "cg-second")
        assert (namesake.exit_code, namesake.output) == (1, "Error: name：已经登记，不得重复\n")
        taken = flask(*NEW, "--code", "MD-CG-2", "--name", "某局")
        assert (taken.exit_code, taken.output) == (1, "Error: username：已经登记，不得重复\n")
        nameless = flask(*NEW, "--code", "MD-CG-3", "--admin-username", "cg-third", "--name", " ")
        assert (nameless.exit_code, "name：" in nameless.output) == (1, True)


# -------------------------------------------------------------------------------------------------------------- ledger


@pytest.fixture
def told(house: House, flask: Flask) -> Walk:
    """A ledger with a published penalty in it, sealed."""
    walk = factories.released(factories.penalty(house.market))
    flask("sweep")
    seal(house)
    return walk


def test_a_sound_ledger_holds(flask: Flask, told: Walk) -> None:
    said = flask("ledger", "verify")
    assert said.exit_code == 0, said.output
    assert "全部相符" in said.output
    answer = json.loads(flask("ledger", "verify", "--json").output)
    assert (answer["holds"], answer["findings"]) == (True, [])
    assert answer["entries"] > len(factories.records(told))


def test_a_checkpoint_kept_outside_is_compared(flask: Flask, house: House, told: Walk, tmp_path: Path) -> None:
    owner = create_engine(house.urls.owner)
    with owner.connect() as connection:
        note = connection.exec_driver_sql("SELECT note FROM enforcement.ledger_checkpoint ORDER BY size DESC LIMIT 1")
        kept = tmp_path / "checkpoint.txt"
        kept.write_text(note.scalar_one(), encoding="utf-8")
    owner.dispose()
    assert flask("ledger", "verify", "--checkpoint", str(kept)).exit_code == 0
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n", "\n9", 1), encoding="utf-8")
    assert flask("ledger", "verify", "--checkpoint", str(kept)).exit_code == 1


def test_a_file_that_is_no_checkpoint_is_said_to_be_none(flask: Flask, told: Walk, tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(bytes(range(256)))
    said = flask("ledger", "verify", "--checkpoint", str(tmp_path / "note"))
    assert (said.exit_code, "外部留存的检查点不是由本台账密钥签署" in said.output) == (1, True), told


RECORD = "enforcement.process_record"
PUBLICATION = "public_site.publication"
# What was changed: the table it is in, the entry it belongs to (its event, or its number), and how.
DAMAGES = {
    "the content of a process record": (
        "process_record", "decision_made", f"UPDATE {RECORD} SET data = data || jsonb_build_object('fine_fen', 100) OF",
    ),
    "the digest of a process record": (
        "process_record", "case_opened", f"UPDATE {RECORD} SET digest = repeat('0', 64) OF",
    ),
    "who did it": (
        "process_record", "examined",
        f"UPDATE {RECORD} SET actor_id = (SELECT id FROM enforcement.person WHERE username = 'scjg-head2') OF",
    ),
    "the day of an act": (
        "process_record", "decision_made", f"UPDATE {RECORD} SET happened_on = happened_on - 1 OF",
    ),
    "a process record taken away": ("process_record", "defense_waived", f"DELETE FROM {RECORD} OF"),
    "a process record slipped in": (
        "process_record", 900,
        (
            f"INSERT INTO {RECORD} (chain_id, seq, agency_id, event, act, stage, at, happened_on, actor_id,"
            f" data, people, wrote, law, schema, salt, digest) SELECT chain_id, 900, agency_id, event, act, stage, at,"
            " happened_on, actor_id, data, people, wrote, law, schema, salt, digest"
            f" FROM {RECORD} WHERE chain_id = 'CASE' AND event = 'examined'"
        ),
    ),
    "the body of a ledger entry": (
        "ledger_entry", "decision_made",
        (
            "UPDATE enforcement.ledger_entry SET body = replace(body, 'make_decision', 'mark_decision')"
            " WHERE chain_id = 'CASE' AND strpos(body, '\"act\":\"make_decision\"') > 0"
        ),
    ),
    "the published bytes": (
        "public_site.publication", "publication_made",
        (
            f"UPDATE {PUBLICATION} SET content ="
            " convert_to(replace(convert_from(content, 'UTF8'), '罚款', '警告'), 'UTF8') IT"
        ),
    ),
    "what a list shows of a publication": (
        "public_site.publication", "publication_made", f"UPDATE {PUBLICATION} SET title = '无' IT",
    ),
    "a publication taken away": ("public_site.publication", "publication_made", f"DELETE FROM {PUBLICATION} IT"),
    "a public proof": (
        "public_site.log_proof", "publication_made",
        "UPDATE public_site.log_proof SET body = body || ' ' WHERE publication_id = 'DISCLOSURE'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_changed_row_is_named_and_nothing_else(
    flask: Flask, told: Walk, tamper: Callable[[str], None], damage: str
) -> None:
    table, where, statement = DAMAGES[damage]
    seqs = {record.event: record.seq for record in factories.records(told)}
    statement = statement.replace(" OF", f" WHERE chain_id = 'CASE' AND event = '{where}'")
    statement = statement.replace(" IT", " WHERE id = 'DISCLOSURE'")
    tamper(statement.replace("CASE", str(told.case_id)).replace("DISCLOSURE", str(told.disclosure_id())))
    said = flask("ledger", "verify", "--json")
    assert said.exit_code == 1
    findings = json.loads(said.output)["findings"]
    assert [(one["table"], one["chain_id"], one["seq"]) for one in findings] == [
        (table, str(told.case_id), seqs.get(str(where), where))
    ]
    assert "不符" in flask("ledger", "verify").output


def test_an_emptied_ledger_is_named_chain_by_chain_and_what_was_published_is_not_blamed(
    flask: Flask, told: Walk, tamper: Callable[[str], None]
) -> None:
    tamper("DELETE FROM enforcement.ledger_entry")
    findings = json.loads(flask("ledger", "verify", "--json").output)["findings"]
    assert {(one["table"], one["seq"]) for one in findings} == {("ledger_entry", 1)}
    assert str(told.case_id) in {one["chain_id"] for one in findings}


def test_a_page_that_no_act_published_is_named(flask: Flask, told: Walk, tamper: Callable[[str], None]) -> None:
    columns = (
        "agency_id, kind, form, decided_on, due_on, published_on, title, party_label, decision_kind, gist, version"
    )
    more = "content, digest, searchable, terms, changed_at"
    tamper(
        f"INSERT INTO {PUBLICATION} (id, document_no, {columns}, {more})"
        f" SELECT gen_random_uuid(), '假〔2026〕1号', {columns}, {more} FROM {PUBLICATION}"
    )
    (finding,) = json.loads(flask("ledger", "verify", "--json").output)["findings"]
    assert finding["table"] == PUBLICATION, told
    assert "不属于任何一条链" in finding["zh"]


# ---------------------------------------------------------------------------------------------------------- recordings


@pytest.fixture
def filmed(house: House, tmp_path: Path) -> Walk:
    walk = factories.open_case(house.market)
    began = walk.now.replace(microsecond=0)
    film = sample_media.make_video(tmp_path / "film.mp4", 2, megabytes=1, text="现场", taken_at=began)
    house.later(hours=1)
    described = DescribeRecording(
        activity="on_site",
        started_at=began,
        place="北京市明德区文渊街甲6号",
        officers=walk.two,
        target=factories.COMPANY.name,
        device_kind="body_camera",
        device_no="ZF-0117",
    )
    walk.film(described, film)
    seal(house)
    return walk


def test_every_recording_is_read_again(flask: Flask, filmed: Walk) -> None:
    said = flask("recordings", "verify")
    assert said.exit_code == 0, said.output
    assert "已重读 1 份" in said.output


def test_one_changed_byte_of_a_recording_is_found(flask: Flask, filmed: Walk, tmp_path: Path) -> None:
    [sealed] = [
        path for path in (tmp_path / "media" / "objects").rglob("*") if path.is_file() and path.stat().st_size > 500_000
    ]
    sealed.chmod(0o600)
    with sealed.open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    said = flask("recordings", "verify", "--json")
    assert said.exit_code == 1
    [damaged] = json.loads(said.output)["damaged"]
    assert damaged["case"] == str(filmed.case_id)
    sealed.unlink()
    assert "缺失" in flask("recordings", "verify").output


def test_a_recordings_row_that_says_another_digest_is_named(
    flask: Flask, filmed: Walk, tamper: Callable[[str], None]
) -> None:
    tamper(f"UPDATE enforcement.recording SET sm3 = repeat('0', 64) WHERE case_id = '{filmed.case_id}'")
    findings = json.loads(flask("ledger", "verify", "--json").output)["findings"]
    taken_in = next(record for record in factories.records(filmed) if record.event == "recording_taken_in")
    assert [(one["table"], one["seq"]) for one in findings] == [("recording", taken_in.seq)]
    assert flask("recordings", "verify").exit_code == 1


# -------------------------------------------------------------------------------------------------------- sweep, clock


def test_sweep_says_what_it_did(flask: Flask, house: House) -> None:
    factories.released(factories.penalty(house.market))
    said = flask("sweep")
    assert said.exit_code == 0
    assert "发布公示1件" in said.output
    assert json.loads(flask("sweep", "--json").stdout) == {"done": {}, "failed": {}}


def test_with_nothing_running_entries_wait_and_a_sweep_places_them(flask: Flask, house: House) -> None:
    factories.penalty(house.market)
    said = flask("ledger", "verify")
    assert said.exit_code == 0, said.output
    assert "条尚在等候进入树、未被签署" in said.output
    assert "条记录进入存证树" in flask("sweep").output
    again = flask("ledger", "verify")
    assert (again.exit_code, "等候" in again.output) == (0, False)


def test_a_database_set_back_signs_nothing_until_the_restore_is_registered(
    flask: Flask, house: House, tmp_path: Path
) -> None:
    assert "没有需要登记的恢复" in flask("ledger", "restored", "--operator", "安宁", "--reason", "试一试").output
    flask("sweep")
    mark = tmp_path / "var" / "high-water"
    mark.rename(mark.with_name("elsewhere"))  # brought to another machine without its mark
    factories.open_case(house.market)
    refused = flask("sweep")
    assert (refused.exit_code, "没有高水位文件" in refused.output) == (1, True)
    assert "没有高水位文件" in flask("ledger", "verify").output
    registered = flask("ledger", "restored", "--operator", "安宁", "--reason", "迁移到新的机器，备份未带高水位文件")
    assert registered.exit_code == 0, registered.output
    assert registered.output.count("缺失条数不详") == 2
    assert flask("sweep").exit_code == 0
    verified = flask("ledger", "verify")
    assert verified.exit_code == 0, verified.output
    assert verified.output.count("恢复登记：") == 2


def test_the_clock_shows_goes_forward_and_never_back(flask: Flask, house: House) -> None:
    house.at(2026, 9, 30, 10)
    assert "2026-09-30 10:0" in flask("clock", "show").output
    assert "2026-10-08 09:00" in flask("clock", "set", "2026-10-08T09:00").output
    back = flask("clock", "set", "2026-10-01")
    assert back.exit_code == 1
    assert "只能向前" in back.output


def test_the_clock_does_not_run_away_for_ever(flask: Flask, house: House) -> None:
    house.at(2026, 9, 30, 10)
    said = flask("clock", "set", "9999-12-31")
    assert (said.exit_code, "最多领先本机时间" in said.output) == (1, True)
    assert "2026-09-30" in flask("clock", "show").output


def test_advancing_does_on_each_working_day_what_is_due_on_it(flask: Flask, house: House) -> None:
    house.at(2026, 9, 30, 10)
    walk = factories.released(factories.penalty(house.market))
    with live_site(house.urls) as address:
        said = flask("clock", "advance", "--working-days", "2", MINGJIAN_PUBLIC_ADDRESS=address)
    assert said.exit_code == 0, said.output
    days = re.findall(r"^(\d{4}-\d\d-\d\d)  (.*)$", said.output, re.MULTILINE)
    assert [day for day, _ in days] == ["2026-10-08", "2026-10-09"]  # the National Day holiday lies between
    assert "发布公示1件" in days[0][1]
    assert "核验公示可达1件" in days[0][1]
    assert "publication_verified" in factories.events(walk)


@pytest.mark.parametrize(
    "command", [("clock", "show"), ("clock", "advance", "--working-days", "1"), ("demo", "load"), ("demo", "story")]
)
def test_outside_a_demonstration_the_clock_and_sample_data_are_refused(flask: Flask, command: tuple[str, ...]) -> None:
    said = flask(*command, MINGJIAN_DEMO="0")
    assert said.exit_code == 1
    assert "演示环境" in said.output


def test_demo_load_prints_who_may_sign_in_and_changes_nothing_twice(flask: Flask, house: House) -> None:
    said = flask("demo", "load")
    assert said.exit_code == 0, said.output
    assert "scjg-head" in said.output


def test_demo_story_and_seed_leave_a_ledger_that_holds(flask: Flask, house: House) -> None:
    story = flask("demo", "story", "--megabytes", "1")
    assert story.exit_code == 0, story.output
    assert "/records/" in story.output
    seed = flask("demo", "seed", "--cases", "4", "--seed", "7")
    assert seed.exit_code == 0, seed.output
    seal(house)
    verified = flask("ledger", "verify")
    assert verified.exit_code == 0, verified.output
    assert flask("recordings", "verify").exit_code == 0


def test_without_a_database_there_is_one_sentence(flask: Flask, tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://mingjian_app@/none?host=" + str(tmp_path)
    said = flask("sweep", MINGJIAN_DATABASE_URL=nowhere)
    assert said.exit_code == 1
    assert "连接不上数据库" in said.output
