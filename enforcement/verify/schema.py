"""Hold both schemas, and who may do what in them, against what the migrations make.

`migrations/SCHEMA` describes a database fresh from the migrations, one line for each thing. A grant too many, a trigger
switched off, a policy or constraint gone, a function rewritten: each is a line that is not there, or not in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import EVERYTHING, Snapshot, Span

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
FILE, HEAD = _MIGRATIONS / "SCHEMA", _MIGRATIONS / "HEAD"

KINDS = {
    "schema": "模式", "table": "表", "column": "列", "constraint": "约束", "index": "索引", "trigger": "触发器",
    "triggers": "外键触发器", "policy": "行级策略", "rule": "规则", "function": "函数", "sequence": "序列",
    "grant": "授权", "default": "默认授权", "role": "角色", "setting": "角色设置", "member": "角色成员",
    "event": "事件触发器",
}  # fmt: skip

# What belongs to the owner by being the owner is left out: it differs between versions of PostgreSQL and says nothing.
_ACL = """
    CROSS JOIN LATERAL aclexplode({acl}) AS g
    WHERE g.grantee <> {owner}
"""
_WHO = "CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END"
_MAY = "g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"
_OURS = "n.nspname IN ('enforcement', 'public_site')"
_ROLE = "rolname LIKE 'mingjian\\_%%'"

_SIGNATURE = """n.nspname || '.' || f.proname
           || translate('(' || pg_get_function_identity_arguments(f.oid) || ')', ' ', '_')"""

_DESCRIBE = f"""
    WITH t AS (
        SELECT c.*, n.nspname, n.nspname || '.' || c.relname AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
    )
    SELECT 'schema' AS kind, n.nspname AS name, 'owner ' || n.nspowner::regrole AS said
    FROM pg_namespace n WHERE {_OURS}
    UNION ALL
    SELECT 'grant', n.nspname, {_WHO} || ' ' || {_MAY}
    FROM pg_namespace n {_ACL.format(acl="n.nspacl", owner="n.nspowner")} AND {_OURS}
    UNION ALL
    SELECT CASE WHEN relkind = 'S' THEN 'sequence' ELSE 'table' END, name, concat_ws(' ', relkind, relpersistence,
           'owner', relowner::regrole, CASE WHEN relrowsecurity THEN 'walled' END,
           CASE WHEN relforcerowsecurity THEN 'forced' END, array_to_string(reloptions, ','),
           CASE WHEN relispartition OR EXISTS (SELECT FROM pg_inherits h WHERE t.oid IN (h.inhrelid, h.inhparent))
                THEN 'inherits' END)
    FROM t WHERE relkind NOT IN ('i', 'I')
    UNION ALL
    SELECT 'grant', name, {_WHO} || ' ' || {_MAY} FROM t {_ACL.format(acl="t.relacl", owner="t.relowner")}
    UNION ALL
    SELECT 'grant', name || '.' || a.attname, {_WHO} || ' ' || {_MAY} FROM t JOIN pg_attribute a ON a.attrelid = t.oid
        {_ACL.format(acl="a.attacl", owner="t.relowner")} AND NOT a.attisdropped
    UNION ALL
    SELECT 'column', name || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attnotnull THEN 'not null' END, nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
           nullif(a.attstorage, y.typstorage),
           CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation::regcollation END,
           'default ' || pg_get_expr(d.adbin, d.adrelid))
    FROM t JOIN pg_attribute a ON a.attrelid = t.oid JOIN pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE relkind NOT IN ('i', 'I', 'S') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', name || '.' || o.conname, pg_get_constraintdef(o.oid)
           || CASE WHEN o.convalidated THEN '' ELSE ' not valid' END
    FROM t JOIN pg_constraint o ON o.conrelid = t.oid WHERE o.contype <> 'n'
    UNION ALL
    SELECT 'index', n.nspname || '.' || i.relname, pg_get_indexdef(x.indexrelid)
           || CASE WHEN x.indisvalid AND x.indisready AND x.indislive THEN '' ELSE ' invalid' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace WHERE {_OURS}
    UNION ALL
    SELECT 'trigger', name || '.' || g.tgname, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
    FROM t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'triggers', name, count(*) || ' ' || string_agg(DISTINCT g.tgenabled::text, '')
    FROM t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE g.tgisinternal GROUP BY name
    UNION ALL
    SELECT 'policy', name || '.' || p.polname, concat_ws(' ', p.polcmd, CASE WHEN NOT p.polpermissive THEN 'restrictive'
           END, (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE r::regrole::text END, ',')
                 FROM unnest(p.polroles) r),
           'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
    FROM t JOIN pg_policy p ON p.polrelid = t.oid
    UNION ALL
    SELECT 'rule', name || '.' || w.rulename, pg_get_ruledef(w.oid) FROM t JOIN pg_rewrite w ON w.ev_class = t.oid
    UNION ALL
    SELECT 'function', {_SIGNATURE},
           concat_ws(' ', 'owner', f.proowner::regrole, f.provolatile, CASE WHEN f.prosecdef THEN 'definer' END,
                     array_to_string(f.proconfig, ' '), (SELECT lanname FROM pg_language l WHERE l.oid = f.prolang),
                     encode(sha256(convert_to(pg_get_function_result(f.oid) || f.prosrc
                                              || coalesce(pg_get_function_sqlbody(f.oid), ''), 'UTF8')), 'hex'))
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE {_OURS}
    UNION ALL
    SELECT 'grant', {_SIGNATURE},
           {_WHO} || ' ' || {_MAY}
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        {_ACL.format(acl="coalesce(f.proacl, acldefault('f', f.proowner))", owner="f.proowner")} AND {_OURS}
    UNION ALL
    SELECT 'default', coalesce(n.nspname, '*') || '.' || d.defaclobjtype::text || '.' || d.defaclrole::regrole,
           {_WHO} || ' ' || {_MAY}
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
        {_ACL.format(acl="d.defaclacl", owner="d.defaclrole")} AND (n.oid IS NULL OR {_OURS})
    UNION ALL
    SELECT 'role', rolname, concat_ws(' ', CASE WHEN rolsuper THEN 'superuser' END,
           CASE WHEN rolbypassrls THEN 'bypasses walls' END, CASE WHEN rolcreaterole THEN 'makes roles' END,
           CASE WHEN rolreplication THEN 'replicates' END, CASE WHEN rolcanlogin THEN 'signs in' END)
    FROM pg_roles WHERE {_ROLE}
    UNION ALL
    SELECT 'member', m.member::regrole::text, 'of ' || m.roleid::regrole FROM pg_auth_members m
        JOIN pg_roles r ON r.oid = m.member WHERE {_ROLE}
    UNION ALL
    SELECT 'setting', coalesce(nullif(s.setrole, 0)::regrole::text, '*'), one FROM pg_db_role_setting s
        CROSS JOIN unnest(s.setconfig) one LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
      AND (s.setrole = 0 OR {_ROLE})
      AND split_part(one, '=', 1) IN ('search_path', 'session_replication_role', 'row_security', 'role',
                                      'session_authorization', 'local_preload_libraries', 'session_preload_libraries')
    UNION ALL
    SELECT 'event', evtname, evtevent || ' ' || evtenabled::text FROM pg_event_trigger
    ORDER BY 1, 2, 3
"""  # noqa: S608  (pieces of this file)


def describe(snapshot: Snapshot) -> list[str]:
    """The database as lines `kind name what`, in order."""
    return [
        " ".join(f"{row['kind']} {row['name']} {row['said']}".split()) for row in snapshot.stream(_DESCRIBE, EVERYTHING)
    ]


def schema(snapshot: Snapshot, _span: Span) -> Iterator[Finding]:
    """Everything that is not as the migrations make it: each thing once."""
    there, expected = set(describe(snapshot)), set(FILE.read_text(encoding="utf-8").splitlines())
    named: dict[tuple[str, str], str] = {}
    for lines, what in ((expected - there, "被改动或者缺失"), (there - expected, "不应存在")):
        for line in sorted(lines):
            kind, name, *_ = line.split(" ", 2)
            named.setdefault((kind, name), what)
    for (kind, name), what in named.items():
        yield Finding("schema", f"{KINDS.get(kind, kind)} {name} 与迁移所定的不同：{what}")
    said = [row["said"] for row in snapshot.stream("SELECT version_num AS said FROM enforcement.alembic_version")]
    if said != [head := HEAD.read_text(encoding="utf-8").strip()]:
        zh = f"数据库结构登记为版本{'、'.join(sorted(said)) or '（无）'}，应为{head}"
        yield Finding("alembic_version", zh)
