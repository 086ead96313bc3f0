from __future__ import annotations

from threading import Thread

from core.jobs.line import Entry, Line
from core.jobs.ticket import Ticket


def entry(patient: bool = False) -> Entry:
    return Entry(Ticket(), str, None, patient=patient)


def test_first_come_first_served_and_the_patient_last() -> None:
    line, batch, first, second = Line(), entry(patient=True), entry(), entry()
    for one in (batch, first, second):
        line.join(one)
    assert [line.before(one) for one in (first, second, batch)] == [0, 1, 2]
    assert [line.serve() for _ in range(3)] == [first, second, batch]


def test_those_who_are_served_come_before_those_who_wait() -> None:
    line, first, second = Line(), entry(), entry()
    line.join(first)
    line.join(second)
    line.serve()
    assert (line.before(first), line.before(second)) == (0, 1)
    line.served(first)
    assert line.before(second) == 0


def test_who_leaves_makes_room() -> None:
    line, first, second = Line(), entry(), entry()
    line.join(first)
    line.join(second)
    line.leave(first)
    assert line.before(second) == 0
    assert line.serve() is second


def test_a_closed_line_serves_nobody_and_tells_who_is_left() -> None:
    line, first, second = Line(), entry(), entry()
    line.join(first)
    line.join(second)
    line.serve()
    assert line.close() == [first, second]
    assert line.serve() is None


def test_a_closed_line_wakes_who_waits_for_work() -> None:
    line, found = Line(), [entry()]
    thread = Thread(target=lambda: found.append(line.serve()))  # type: ignore[arg-type]
    thread.start()
    line.close()
    thread.join(5)
    assert found[1] is None


def test_a_ticket_is_cancelled_once_and_what_is_done_stays() -> None:
    ticket = Ticket()
    ticket.cancel()
    ticket.cancel()
    assert (ticket.done, ticket.cancelled, ticket.error) == (True, True, None)
    done = Ticket()
    done.future.set_result(1)
    done.cancel()
    assert (done.cancelled, done.future.result()) == (False, 1)


def needing(gib: float) -> Entry:
    return Entry(Ticket(), str, None, needs=int(gib * 2**30))


def test_who_needs_more_memory_than_is_left_waits_and_nobody_overtakes() -> None:
    line, first, large, small = Line(4 * 2**30), needing(3), needing(2), needing(0.5)
    for one in (first, large, small):
        line.join(one)
    assert line.serve() is first
    assert [line.lacks_memory(one) for one in (first, large, small)] == [False, True, True]
    found: list[Entry | None] = []
    threads = [Thread(target=lambda: found.append(line.serve())) for _ in range(2)]
    for thread in threads:
        thread.start()
    threads[0].join(0.2)
    assert found == []
    line.served(first)
    for thread in threads:
        thread.join(5)
    assert found == [large, small]
    assert not line.lacks_memory(large)


def test_alone_everything_has_its_turn_and_who_leaves_lets_the_next_one_in() -> None:
    line, huge, small = Line(2**30), needing(3), needing(0.5)
    line.join(huge)
    assert line.serve() is huge
    line.join(needing(9))
    line.join(small)
    assert line.lacks_memory(small)
    line.leave(line._waiting[0])
    assert line.lacks_memory(small)
    line.served(huge)
    assert line.serve() is small
