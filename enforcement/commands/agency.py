"""`flask agency found`: an empty installation gets its first agency and the account that opens all the others."""

from __future__ import annotations

import click

from enforcement.actions.founding import SUBJECT_TYPES, FirstAccount, Founding, found_agency, open_first_account
from enforcement.commands.house import answer, as_json, open_house
from enforcement.law.errors import Invalid
from enforcement.models.base import new_id
from enforcement.work import Actor


@click.group("agency")
def agency() -> None:
    """The agencies of this installation."""


@agency.command("found")
@click.option("--code", required=True, help="Code of the agency, unique here.")
@click.option("--name", required=True, help="Full name, as it signs its documents.")
@click.option("--prefix", required=True, help="Its word in document numbers, as in 京朝市监.")
@click.option("--region", required=True, help="City or district.")
@click.option("--type", "subject_type", type=click.Choice(SUBJECT_TYPES), default=SUBJECT_TYPES[0], show_default=True)
@click.option("--address", default="", help="Shown to the public.")
@click.option("--phone", default="", help="For enquiries, shown to the public.")
@click.option("--supervision-phone", default="", help="For complaints, shown to the public.")
@click.option("--admin-name", required=True, help="Who opens the accounts of all the others.")
@click.option("--admin-username", required=True, help="The name this person signs in with.")
@click.option("--admin-unit", default="办公室", show_default=True, help="The unit this person belongs to.")
@as_json
def found(
    code: str,
    name: str,
    prefix: str,
    region: str,
    subject_type: str,
    address: str,
    phone: str,
    supervision_phone: str,
    admin_name: str,
    admin_username: str,
    admin_unit: str,
    as_json: bool,
) -> None:
    """Found an agency and open its administrator's account; the password is printed this once."""
    founding = Founding(
        code=code,
        name=name,
        document_prefix=prefix,
        region=region,
        subject_type=subject_type,
        address=address,
        phone=phone,
        supervision_phone=supervision_phone,
    )
    account = FirstAccount(name=admin_name, username=admin_username, unit=admin_unit)
    with open_house() as office:
        operator = Actor.operator(new_id())
        try:
            with office.begin(operator) as work:
                founded = found_agency(work, founding)
                password = open_first_account(work, account, from_on=work.today)
        except Invalid as refusal:
            lacking = (f"{field}：{'，'.join(words)}" for field, words in refusal.fields.items())
            raise click.ClickException("；".join(lacking)) from None
    if as_json:
        answer({"agency": str(founded.id), "username": admin_username, "password": password})
        return
    click.echo(f"已设立 {name}（{code}）。")
    click.echo(f"系统管理人员 {admin_name}：登录名 {admin_username}，初始密码 {password}（只显示这一次，登录后请修改）")
