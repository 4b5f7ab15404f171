"""What somebody is still typing: kept as texts, replaced at will, gone when the act is done. It is no record."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from enforcement.law.errors import Invalid
from enforcement.models.cases import SavedForm
from enforcement.work import Actor, Office

LONGEST = 400_000
"""Characters of all fields together; beyond this something else than a form is being typed."""


def save(office: Office, actor: Actor, subject: str, act: str, typed: Mapping[str, list[str]]) -> None:
    """Keep what this person has typed so far for this act on this subject. Raises Invalid when it is too long."""
    if sum(len(name) + len(text) for name, texts in typed.items() for text in texts) > LONGEST:
        raise Invalid({"": ["暂存的内容过长"]})
    data = {name: [text.replace("\x00", "") for text in texts] for name, texts in typed.items()}
    with office.begin(actor) as work:
        row = {
            "person_id": actor.person_id,
            "subject": subject,
            "act": act,
            "agency_id": actor.agency_id,
            "data": data,
            "saved_at": work.moment,
        }
        statement = insert(SavedForm).values(row)
        work.session.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "subject", "act"], set_={"data": data, "saved_at": work.moment}
            )
        )


def drop(office: Office, actor: Actor, subject: str, act: str) -> None:
    """Forget what was typed."""
    with office.begin(actor) as work:
        work.session.execute(
            delete(SavedForm).where(
                SavedForm.person_id == actor.person_id, SavedForm.subject == subject, SavedForm.act == act
            )
        )
