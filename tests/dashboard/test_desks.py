from __future__ import annotations

from dashboard.desks import KEPT_SECONDS, MOST_OF_ALL, MOST_OF_ONE_BROWSER, Desks, desk_of
from dashboard.draft import Draft


class Clock:
    """A clock that stands until it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def closed(_page: str) -> bool:
    return False


def opened(_page: str) -> bool:
    return True


def test_a_reload_gets_its_draft_back_and_nobody_else_does() -> None:
    desks = Desks()
    desks.keep("a", "page 1", Draft("Case 1A", clinical={"age_years": 61.0}))
    assert desks.claim("b", "page 2", closed) is None
    found = desks.claim("a", "page 2", closed)
    assert found is not None
    assert (found.case_id, found.clinical) == ("Case 1A", {"age_years": 61.0})


def test_what_an_open_page_holds_is_not_given_to_a_second_one() -> None:
    desks = Desks()
    desks.keep("a", "page 1", Draft())
    assert desks.claim("a", "page 2", opened) is None


def test_the_last_seen_of_closed_pages_is_given_and_only_once() -> None:
    clock = Clock()
    desks = Desks(clock)
    for number in (1, 2):
        clock.now += 1
        desks.keep("a", f"page {number}", Draft(f"Case {number}"))
    found = desks.claim("a", "page 3", closed)
    assert found is not None
    assert found.case_id == "Case 2"
    other = desks.claim("a", "page 4", lambda page: page == "page 3")
    assert other is not None
    assert other.case_id == "Case 1"


def test_two_pages_never_change_one_draft() -> None:
    desks, draft = Desks(), Draft(clinical={"age_years": 61.0})
    desks.keep("a", "page 1", draft)
    found = desks.claim("a", "page 2", closed)
    assert found is not None
    found.clinical["age_years"] = 30.0
    found.view["x"] = 1
    assert draft.clinical == {"age_years": 61.0}
    assert draft.view == {}


def test_a_new_case_takes_the_place_of_the_old_one() -> None:
    desks = Desks()
    desks.keep("a", "page 1", Draft("Case 1"))
    desks.keep("a", "page 1", Draft("Case 2"))
    assert desks.count() == 1
    found = desks.claim("a", "page 2", closed)
    assert found is not None
    assert found.case_id == "Case 2"


def test_a_day_later_it_is_gone() -> None:
    clock = Clock()
    desks = Desks(clock)
    desks.keep("a", "page 1", Draft())
    clock.now += KEPT_SECONDS
    assert desks.count() == 1
    clock.now += 1
    assert desks.claim("a", "page 2", closed) is None
    assert desks.count() == 0


def test_no_more_than_the_memory_can_hold() -> None:
    clock = Clock()
    desks = Desks(clock)
    for number in range(10):
        clock.now += 1
        desks.keep("a", f"page {number}", Draft(f"Case {number}"))
    assert desks.count() == MOST_OF_ONE_BROWSER
    for number in range(40):
        clock.now += 1
        desks.keep(f"browser {number}", "page", Draft())
    assert desks.count() == MOST_OF_ALL
    assert desks.claim("a", "another", closed) is None


def test_tokens_are_128_bits_and_only_their_hash_is_a_desk() -> None:
    token = "0123456789abcdef" * 2
    assert len(desk_of(token)) == 64
    assert token not in desk_of(token)
    for other in (None, "", 7, "0" * 31, "0" * 33, "G" * 32, "../" + "0" * 29, {"token": token}):
        assert desk_of(other) == ""
