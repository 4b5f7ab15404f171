"""Whatever somebody changes of the schema, or of who may do what: it is named by the thing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.verify.conftest import Told

CASE = "enforcement.case_file"
HERE = "DO $$ BEGIN EXECUTE format('{}', current_database()); END $$"


@pytest.mark.parametrize(("change", "named"), [
    ("GRANT DELETE ON enforcement.case_file TO mingjian_app", f"授权 {CASE}"),
    ("GRANT SELECT ON enforcement.case_file TO PUBLIC", f"授权 {CASE}"),
    ("GRANT SELECT (title) ON enforcement.case_file TO mingjian_public", f"授权 {CASE}.title"),
    ("REVOKE INSERT ON enforcement.case_file FROM mingjian_app", f"授权 {CASE}"),
    ("GRANT SELECT (password_hash) ON enforcement.person TO mingjian_verifier",
     "授权 enforcement.person.password_hash"),
    ("GRANT EXECUTE ON FUNCTION enforcement.find_login(text) TO mingjian_public",
     "授权 enforcement.find_login(sought_text)"),
    ("GRANT CREATE ON SCHEMA enforcement TO mingjian_app", "授权 enforcement"),
    ("ALTER TABLE enforcement.process_record DISABLE TRIGGER process_record_keep_row",
     "触发器 enforcement.process_record.process_record_keep_row"),
    ("DROP TRIGGER ledger_entry_append ON enforcement.ledger_entry",
     "触发器 enforcement.ledger_entry.ledger_entry_append"),
    ("ALTER TABLE enforcement.ledger_leaf ENABLE REPLICA TRIGGER ledger_leaf_keep_row",
     "触发器 enforcement.ledger_leaf.ledger_leaf_keep_row"),
    ("ALTER TABLE enforcement.party DISABLE TRIGGER ALL", "外键触发器 enforcement.party"),
    ("CREATE TRIGGER more BEFORE INSERT ON enforcement.party FOR EACH ROW EXECUTE FUNCTION enforcement.ledger_refuse()",
     "触发器 enforcement.party.more"),
    ("CREATE RULE swallow AS ON INSERT TO enforcement.party DO INSTEAD NOTHING", "规则 enforcement.party.swallow"),
    ("DROP POLICY party_agency ON enforcement.party", "策略 enforcement.party.party_agency"),
    ("ALTER POLICY party_agency ON enforcement.party USING (true)", "策略 enforcement.party.party_agency"),
    ("CREATE POLICY open ON enforcement.party FOR ALL TO mingjian_app USING (true)", "策略 enforcement.party.open"),
    ("ALTER TABLE enforcement.party DISABLE ROW LEVEL SECURITY", "表 enforcement.party"),
    ("ALTER TABLE enforcement.party OWNER TO mingjian_app", "表 enforcement.party"),
    (("CREATE OR REPLACE FUNCTION enforcement.ledger_refuse() RETURNS trigger LANGUAGE plpgsql"
      " AS $$ BEGIN RETURN NEW; END $$"),
     "函数 enforcement.ledger_refuse()"),
    ("ALTER FUNCTION enforcement.ledger_append() RESET search_path", "函数 enforcement.ledger_append()"),
    ("CREATE FUNCTION enforcement.more() RETURNS int LANGUAGE sql AS 'SELECT 1'", "函数 enforcement.more()"),
    ("ALTER TABLE enforcement.certificate DROP CONSTRAINT uq_certificate_agency_id_number CASCADE",
     "约束 enforcement.certificate.uq_certificate_agency_id_number"),
    ("DROP INDEX enforcement.ix_party_case_id", "索引 enforcement.ix_party_case_id"),
    ("CREATE INDEX more ON enforcement.party (name)", "索引 enforcement.more"),
    ("ALTER TABLE enforcement.deputy ALTER reason TYPE varchar(80)", "列 enforcement.deputy.reason"),
    ("ALTER TABLE enforcement.case_file ALTER title SET DEFAULT ''", f"列 {CASE}.title"),
    ("ALTER TABLE enforcement.case_file ALTER title DROP NOT NULL", f"列 {CASE}.title"),
    ("ALTER TABLE public_site.publication ADD COLUMN more text", "列 public_site.publication.more"),
    ("CREATE TABLE public_site.more (words text)", "表 public_site.more"),
    ("CREATE VIEW public_site.parties AS SELECT name FROM enforcement.party", "表 public_site.parties"),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE mingjian_owner IN SCHEMA enforcement GRANT DELETE ON TABLES TO mingjian_app",
     "默认授权 enforcement.r.mingjian_owner"),
    (HERE.format("ALTER ROLE mingjian_app IN DATABASE %I SET search_path = evil"),
     "角色设置 mingjian_app"),
    (HERE.format("ALTER DATABASE %I SET session_replication_role = replica"),
     "角色设置 *"),
])  # fmt: skip
def test_a_changed_schema_is_named_by_what_was_changed(told: Told, change: str, named: str) -> None:
    told.hit(change)
    found = [finding.zh for finding in told.verify().findings]
    assert any(zh.startswith((f"{named} ", f"行级{named} ")) for zh in found), found


@pytest.mark.parametrize(("change", "back", "named"), [
    ("ALTER ROLE mingjian_app BYPASSRLS", "ALTER ROLE mingjian_app NOBYPASSRLS", "角色 mingjian_app"),
    ("GRANT mingjian_owner TO mingjian_app", "REVOKE mingjian_owner FROM mingjian_app", "角色成员 mingjian_app"),
])  # fmt: skip
def test_a_role_that_was_given_more_is_named(told: Told, change: str, back: str, named: str) -> None:
    told.hit(change)
    try:
        found = [finding.zh for finding in told.verify().findings]
    finally:
        told.hit(back)  # roles belong to the whole server
    assert [zh for zh in found if zh.startswith(named)]
