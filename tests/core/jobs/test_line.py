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
