"""From the public page back: taken down as an error, withdrawn because the decision fell (G#16.1, G#18.2)."""

import dataclasses

from enforcement.actions.disclosures import Note, disclosed, gate_of_reason
from enforcement.actions.forms import choice, long_text
from enforcement.actions.registry import Extra, act, form_of
from enforcement.models.disclosures import Disclosure
from enforcement.work import Work
from publish import release


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPublication:
    """The public reason of a withdrawal (G#18.2)."""

    kind: str = choice("撤回原因", "altered", "annulled", "held_unlawful", "held_void", cite="G#18.2")
    reason: str = long_text("公开的撤回理由", max_length=2_000, note="不得重复已撤回的内容", cite="G#18.2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakeDownPublication:
    """Why a page should not stand as it does; the public is told one sentence that is true of every such error."""

    reason: str = long_text("撤下原因", note="只存内部，不公开；公示页面只写明“公示有误”和一句统一的说明")


@act(Note, scope="disclosure")
def verify_withdrawal(work: Work, disclosure: Disclosure, _form: Note) -> Extra | None:
    """Note that the address answers 410 and holds nothing of the content: only now the withdrawal's clock stops."""
    disclosure.verified_at = work.moment
    return None


@act(WithdrawPublication, scope="disclosure", computes=gate_of_reason)
def withdraw_publication(work: Work, disclosure: Disclosure, form: WithdrawPublication) -> Extra | None:
    """Withdraw: the page answers 410 with the reason and nothing of the content (G#18.2)."""
    release.withdraw(work.session, disclosure.id, kind=form.kind, reason=form.reason, on=work.today, at=work.moment)
    disclosure.verified_at = None
    return disclosed(disclosure, kind=form.kind)


@act(TakeDownPublication, scope="disclosure")
def take_down_publication(work: Work, disclosure: Disclosure, _form: TakeDownPublication) -> Extra | None:
    """Take down what should not stand as it does: 410 at once. The duty stands until it is back or withheld (G#13)."""
    kind, reason = "published_in_error", work.book.disclosure.taken_down.reason
    release.withdraw(work.session, disclosure.id, kind=kind, reason=reason, on=work.today, at=work.moment)
    disclosure.verified_at = disclosure.released_at = None
    return disclosed(disclosure, kind=kind)


form_of("stop_disclosure", scope="disclosure")(Note)
