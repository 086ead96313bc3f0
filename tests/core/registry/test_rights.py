"""Who may do what: no method of the registry gives, or changes, anything of another group or beyond a role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.registry.audit import Audit, Who
from core.registry.audit_chain import Act
from core.registry.board import Board
from core.registry.board_nouns import Call
from core.registry.nouns import Save
from core.registry.place import Place
from core.registry.rights import TO_ALL, Role, demand, may
from core.registry.store import Registry, open_registry
from tests.core.registry.snapshots import without_images

ON, CALL = date(2026, 3, 1), Call(True, 0.5, {36: 0.5})
GROUPS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,8}[A-Za-z0-9]", fullmatch=True)
READS, WORKS = {Act.OPENED, Act.COMMITTED, Act.REVEALED}, {Act.ASSESSED, Act.SAVED, Act.CHANGED, Act.EXPORTED}


@dataclass(frozen=True)
class Kept:
    """A case of a group with everything that can be written about one."""

    mine: Registry
    save: Save

    @property
    def case(self) -> str:
        return self.save.case

    def state(self) -> tuple[Any, ...]:
        return self.mine.worklist(), self.mine.case_file(self.case), self.mine.board.record()


def kept(registry: Registry, group: str) -> Kept:
    mine = registry.by(Who("u-owner", role=Role.CLINICIAN, groups=(group,)), group)
    made = Kept(mine, mine.save(f"Case {len(mine.worklist())}", without_images()))
    mine.add_note(made.case, "secret of the group")
    mine.add_decision(made.case, ON, "secret decision")
    mine.add_follow_up(made.case, 7.0, False)
    mine.schedule(made.case, ON)
    mine.board.commit(made.save.key, "R 7K", CALL, "values")
    return made


# every public method, called with the keys of a case of another group; `None`: it takes no key
METHODS: dict[str, Callable[[Registry, Kept], Any] | None] = {
    "audit": None, "board": None, "by": None, "close": None, "sweep": None,
    "groups": lambda mine, other: mine.groups(),
    "worklist": lambda mine, other: mine.worklist(),
    "has": lambda mine, other: mine.has(other.case),
    "case_file": lambda mine, other: mine.case_file(other.case),
    "reading": lambda mine, other: mine.reading(other.save.key),
    "snapshot": lambda mine, other: mine.snapshot(other.save.key),
    "save": lambda mine, other: mine.save("Case 99", without_images(), other.case),
    "schedule": lambda mine, other: mine.schedule(other.case, None),
    "add_note": lambda mine, other: mine.add_note(other.case, "mine"),
    "add_decision": lambda mine, other: mine.add_decision(other.case, ON, "mine"),
    "add_follow_up": lambda mine, other: mine.add_follow_up(other.case, 1.0, True),
    "remove": lambda mine, other: mine.remove(other.case, other.mine.case_file(other.case).notes[0]),
    "delete": lambda mine, other: mine.delete(other.case),
    "board.record": lambda mine, other: mine.board.record().readings,
    "board.commit": lambda mine, other: mine.board.commit(other.save.key, "R 9K", CALL, "values"),
    "board.reveal": lambda mine, other: mine.board.reveal(other.save.key, "R 7K"),
    "board.reveal_to_all": lambda mine, other: mine.board.reveal_to_all(other.save.key, "R 7K"),
}  # fmt: skip
CALLED = {name: call for name, call in METHODS.items() if call is not None}
HARMLESS = {"groups", "worklist", "has", "board.record"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """One registry for all examples: each has groups of its own."""
    return open_registry(Place(tmp_path_factory.mktemp("rights") / "cases"))


def test_every_public_method_is_tried() -> None:
    public = {name for name in vars(Registry) if not name.startswith("_")} | {"audit"}
    board = {f"board.{name}" for name in vars(Board) if not name.startswith("_")}
    assert set(METHODS) == public | board


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    groups=st.lists(GROUPS, min_size=2, max_size=2, unique_by=str), role=st.sampled_from([Role.READER, Role.CLINICIAN])
)
def test_nothing_of_another_group_is_given_or_changed(shared: Registry, groups: list[str], role: Role) -> None:
    own, foreign = groups
    other = kept(shared, foreign)
    mine = shared.by(Who("u-stranger", role=role, groups=(own,)), own)
    before = other.state()
    for name, call in CALLED.items():
        if name in HARMLESS:
            given = {"has": lambda found: found, "groups": lambda found: foreign in found}
            case_of = given.get(
                name, lambda found: other.case in [getattr(one, "case", "") or one.key for one in found]
            )
            assert not case_of(call(mine, other)), name
        else:
            with pytest.raises(InputError, match=r"not there|rights: expected"):
                call(mine, other)
    assert other.state() == before
    with pytest.raises(InputError, match="a group that this login belongs to, got another"):
        mine.by(Who("u-stranger", role=role, groups=(own,)), foreign)


def test_a_reader_reads_and_takes_part_in_the_board_and_changes_nothing(registry: Registry) -> None:
    there = kept(registry, "A")
    reader = registry.by(Who("u-reader", role=Role.READER, groups=("A",)), "A")
    before = there.state()
    for name in (
        "save",
        "schedule",
        "add_note",
        "add_decision",
        "add_follow_up",
        "remove",
        "delete",
        "board.reveal_to_all",
    ):
        with pytest.raises(InputError, match="expected a clinician or an administrator for this, got a reader"):
            CALLED[name](reader, there)
    assert there.state() == before
    assert [row.key for row in reader.worklist()] == [there.case]
    assert reader.case_file(there.case).notes[0].text == "secret of the group"
    reader.board.commit(there.save.key, "R 9K", CALL, "values")
    reader.board.reveal(there.save.key, "R 9K")
    reader.audit.note(Act.OPENED, "Case 0", "case file", there.case)
    for act in (Act.ASSESSED, Act.EXPORTED):
        with pytest.raises(InputError, match="got a reader"):
            reader.audit.note(act, "Case 0")
    assert [line.actor for line in registry.audit.lines()][-3:] == ["u-reader"] * 3


def test_a_refused_save_leaves_no_image_behind(place: Place) -> None:
    from tests.core.registry.snapshots import snapshot

    registry = open_registry(place, "A", Who("u-reader", role=Role.READER, groups=("A",)))
    with pytest.raises(InputError, match="got a reader"):
        registry.save("Case 1", snapshot())
    assert [path for path in Path(place.folder, "images").rglob("*") if path.is_file() and path.suffix] == []


def test_only_an_administrator_sees_all_groups_and_the_audit(registry: Registry) -> None:
    first, second = kept(registry, "A"), kept(registry, "B")
    admin = Who("u-admin", role=Role.ADMINISTRATOR)
    assert registry.by(admin, "A").groups() == ("A", "B")
    assert [row.key for row in registry.by(admin, "B").worklist()] == [second.case]
    assert first.mine.groups() == ("A",)
    for ask in (Audit.lines, Audit.export, Audit.check, lambda audit: audit.latest(3)):
        with pytest.raises(InputError, match="expected an administrator for this, got a clinician"):
            ask(first.mine.audit)
    latest = registry.by(admin, "A").audit.latest(2)
    assert [line.owner_group for line in latest] == ["B", "B"]
    assert latest[0].number == latest[1].number + 1
    found = registry.by(admin, "A").audit.check()
    assert found.broken is None
    assert found.lines == latest[0].number


@pytest.mark.parametrize("act", Act)
def test_each_role_may_what_the_one_before_it_may(act: Act) -> None:
    allowed = [may(role, act) for role in Role]
    assert allowed == sorted(allowed)
    assert allowed == [act in READS, act in READS | WORKS | {Act.DELETED}, True]
    for role, is_allowed in zip(Role, allowed, strict=True):
        if is_allowed:
            demand(role, act)
        else:
            with pytest.raises(InputError, match=f"got a {role}"):
                demand(role, act)


def test_a_reveal_to_all_is_not_for_readers() -> None:
    assert [may(role, Act.REVEALED, TO_ALL) for role in Role] == [False, True, True]
