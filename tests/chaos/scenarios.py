"""What happens to the workers of a run. Each fault is seen to fire, and what follows it waits for work, not for time.

A scenario ends with no worker running and all that was published committed, or what its flaw makes of that.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eventpact.dead_letter import Reason
from tests.chaos.audit import Evidence
from tests.chaos.crew import Member
from tests.chaos.orders import STOPPED, Orders
from tests.chaos.run import AHEAD, Run
from tests.chaos.stage import Stage
from tests.chaos.tempers import DEADLY

__all__ = ["SCENARIOS", "Scenario"]

CREW: Final = 3
DIED: Final = 139
HUNG: Final = 75
MOST_DEATHS: Final = 8
"""Of one record: the limit of crashes, and those before it was known to be the first of its partition."""
NEVER_AHEAD: Final = "no commit is ahead of the work"
SETTLED: Final = "everything published is settled"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`play` injects about `times` faults. A flawed worker has to break each of the promises in `caught`.

    Attributes:
        shows: what a reader learns from it.
        times: faults in a short run.
        poison_every: one record in so many is poison; 0 for none, and then there may be no dead letter either.
        short: part of the live suite; `make chaos` plays them all.
    """

    name: str
    shows: str
    play: Callable[[Stage, Run, int], None]
    times: int = 3
    poison_every: int = 20
    caught: frozenset[str] = frozenset()
    short: bool = True


def crew_of(run: Run, orders: Orders, count: int = CREW, servers: str | None = None) -> list[Member]:
    """So many members, each at work."""
    crew = [run.crew.start(orders, servers) for _ in range(count)]
    run.wait_worked(*crew)
    return crew


def finish(run: Run, crew: Sequence[Member], *, slow: Member | None = None) -> None:
    """The last records are settled, and everybody leaves. A slow one may have stopped: a group that hands it the same
    record back each time it is thrown out lets none of its commits succeed.
    """
    run.publisher.dry()
    run.wait_committed()
    for member in crew:
        if (code := member.end(signal.SIGTERM)) not in ({0, STOPPED} if member is slow else {0}):
            raise AssertionError(f"worker {member.generation} ended with {code}; see {member.log}")


def kill_one(run: Run, crew: list[Member], orders: Orders, number: int = signal.SIGKILL) -> Member:
    """One that has worked ends by this signal, and another one takes its place."""
    victim = crew.pop(run.dice.randrange(len(crew)))
    victim.end(number)
    crew.append(run.crew.start(orders))
    return victim


def killed(stage: Stage, run: Run, times: int, orders: Orders | None = None) -> None:
    """Workers die by SIGKILL in the middle of a batch."""
    orders = orders or run.orders
    run.pour()
    crew = crew_of(run, orders)
    for _ in range(times):
        kill_one(run, crew, orders)
        run.fault("SIGKILL", repeats=orders.exposure())
        run.wait_worked(*crew)
    finish(run, crew)


def rolled(stage: Stage, run: Run, times: int) -> None:
    """Workers are asked to end, one after the other, as a deployment does."""
    run.pour()
    crew = crew_of(run, run.orders)
    for _ in range(times):
        victim = kill_one(run, crew, run.orders, signal.SIGTERM)
        assert victim.codes == [0], f"ended with {victim.codes}; see {victim.log}"
        run.fault("SIGTERM")
        run.wait_worked(*crew)
    finish(run, crew)


def frozen(stage: Stage, run: Run, times: int) -> None:
    """A worker stands still until the group has given its partitions away, and then goes on as if nothing was."""
    run.pour()
    crew = crew_of(run, run.orders)
    for _ in range(times):
        zombie = run.dice.choice(crew)
        zombie.send(signal.SIGSTOP)
        stage.wait_members(run.site.group, CREW - 1)
        run.wait_worked(*(member for member in crew if member is not zombie))
        zombie.send(signal.SIGCONT)
        run.fault("SIGSTOP past the session", repeats=run.orders.exposure())
        stage.wait_members(run.site.group, CREW)
        run.wait_worked(*crew)
    finish(run, crew)


def restarted(stage: Stage, run: Run, times: int, number: int = signal.SIGTERM) -> None:
    """The broker goes away and comes back. What the workers had fetched may come again."""
    run.pour()
    crew = crew_of(run, run.orders)
    for _ in range(times):
        stage.broker.end(number)
        stage.broker.start()
        run.fault(f"broker {signal.Signals(number).name}", repeats=AHEAD)
        run.wait_worked(*crew)
    finish(run, crew)


def shot(stage: Stage, run: Run, times: int) -> None:
    restarted(stage, run, times, signal.SIGKILL)


def cut(stage: Stage, run: Run, times: int) -> None:
    """The line to the broker is severed, hangs with both ends open, and is slow."""
    proxy = stage.proxy
    run.pour()
    crew = crew_of(run, run.orders, servers=stage.proxied)
    for _ in range(times):
        severed = proxy.severed
        proxy.cut()
        stage.wait_members(run.site.group, 0)
        assert proxy.severed > severed
        run.fault("line cut", repeats=AHEAD)
        proxy.heal()
        run.wait_worked(*crew)
        swallowed = proxy.swallowed
        proxy.hang()
        stage.wait_members(run.site.group, 0)
        assert proxy.swallowed > swallowed
        run.fault("line half open", repeats=AHEAD)
        proxy.heal()
        run.wait_worked(*crew)
        proxy.delay(0.05)
        run.fault("line slow", repeats=AHEAD)
        run.wait_worked(*crew)
        proxy.heal()
    finish(run, crew)


def unregistered(stage: Stage, run: Run, times: int) -> None:
    """The registry dies. Who knows the schemas goes on; who starts waits; nothing is dead-lettered for it."""
    run.pour()
    crew = crew_of(run, run.orders)
    for _ in range(times):
        stage.kill_registry()
        run.fault("registry SIGKILL")
        kill_one(run, crew, run.orders)
        run.fault("SIGKILL", repeats=run.orders.exposure())
        newcomer, others = crew[-1], crew[:-1]
        run.wait_worked(*others, further=500)
        assert newcomer.worked == 0, "a worker started without a registry"
        assert not newcomer.ended
        stage.start_registry()
        run.wait_worked(*crew)
    finish(run, crew)


def unwritable(stage: Stage, run: Run, times: int) -> None:
    """The dead-letter topic takes nothing: every worker stops, as often as it is started, until it does again."""
    run.pour()
    orders = run.orders
    crew = crew_of(run, orders)
    for _ in range(times):
        stage.alter(run.site.letters, "max.message.bytes", "100")
        for member in crew:
            assert member.end() == STOPPED, f"ended with {member.codes}; see {member.log}"
            run.fault("dead letter refused", repeats=orders.exposure())
        again = run.crew.start(orders)
        assert again.end() == STOPPED
        run.fault("dead letter refused", repeats=orders.exposure())
        run.excuse(again)
        stage.alter(run.site.letters, "max.message.bytes", "2000000")
        crew = crew_of(run, orders)
    finish(run, crew)


def stormed(stage: Stage, run: Run, times: int) -> None:
    """Members come and go, so that the group is never at rest."""
    run.pour()
    crew = crew_of(run, run.orders)
    for _ in range(times):
        crew.append(run.crew.start(run.orders))
        crew.append(run.crew.start(run.orders))
        run.wait_worked(*crew[-2:], further=1)
        for member in (crew.pop(0), crew.pop(0)):
            assert member.end(signal.SIGTERM) == 0
        run.fault("two joined, two left")
    finish(run, crew)


def slowed(stage: Stage, run: Run, times: int) -> None:
    """The first worker's handler takes longer than `max.poll.interval.ms`: its partitions go to others meanwhile."""
    orders = replace(run.orders, poll_ms=3_000, temper="slow")
    run.pour()
    crew = crew_of(run, orders)
    for number in range(times):
        crew[0].wait_told(b" lost ", number + 1)
        run.fault("handler over the poll interval", repeats=orders.exposure())
        run.wait_worked(*crew)
    finish(run, crew, slow=crew[0])


def processed(stage: Stage, run: Run, times: int) -> None:
    """Dead letters are tried again and parked, by processors that are killed on the way."""
    orders, processor = replace(run.orders, temper="rejecting"), replace(run.orders, temper="mending", processor=True)
    run.pour()
    crew = crew_of(run, orders)
    for _ in range(times):
        processors = [run.crew.start(processor) for _ in range(2)]
        run.wait_worked(*processors, further=5)
        for member in processors:
            member.end(signal.SIGKILL)
            run.fault("processor SIGKILL", repeats=processor.exposure())
    finish(run, crew)
    last = run.crew.start(processor)
    run.excuse(last)
    run.wait_letters_committed()
    assert last.end(signal.SIGTERM) == 0


def threaded(stage: Stage, run: Run, times: int) -> None:
    """As the first one, with handlers in threads: events of different tenants are settled in any order."""
    killed(stage, run, times, replace(run.orders, concurrency=8, milliseconds=4.0))


def batched(stage: Stage, run: Run, times: int) -> None:
    """As the first one, with handlers that take many events at once."""
    killed(stage, run, times, replace(run.orders, together=20, milliseconds=10.0))


def deadly(stage: Stage, run: Run, times: int) -> None:
    """One event kills every process that tries it, until it is dead-lettered unread."""
    doomed(run, replace(run.orders, temper="deadly"), DIED)


def endless(stage: Stage, run: Run, times: int) -> None:
    """One event keeps its handler for ever: the watchdog ends each process, until the event is a dead letter."""
    doomed(run, replace(run.orders, temper="endless", hang=2.0), HUNG)


def doomed(run: Run, orders: Orders, code: int) -> None:
    """A supervisor starts whoever dies again, until nobody does."""
    run.claim("the record to blame is dead-lettered, and no other", wrongly_quarantined)
    run.publisher.publish(AHEAD)
    crew = [run.crew.start(orders) for _ in range(CREW)]
    while dead := run.wait_end(crew):
        assert dead.codes == [code], f"ended with {dead.codes}; see {dead.log}"
        run.fault("process died", repeats=orders.exposure())
        crew.remove(dead)
        crew.append(run.crew.start(orders))
    assert run.faults.total() <= MOST_DEATHS, f"{run.faults.total()} processes died of one record"
    for member in run.crew.members:
        run.excuse(member)  # who came late found nothing left
    finish(run, crew)


def wrongly_quarantined(evidence: Evidence) -> list[int]:
    crashed = [letter.number for letter in evidence.letters if letter.reason is Reason.CRASHED]
    return [] if crashed == [DEADLY] else crashed or [DEADLY]


def flawed_receipt(stage: Stage, run: Run, times: int) -> None:
    """Whoever commits what it has received loses it when it is killed."""
    killed(stage, run, times, replace(run.orders, flaw="commit-on-receipt"))


def flawed_letters(stage: Stage, run: Run, times: int) -> None:
    """Whoever does not read delivery reports loses its dead letters."""
    run.pour()
    crew = crew_of(run, replace(run.orders, flaw="swallow-dead-letter-errors"))
    stage.alter(run.site.letters, "max.message.bytes", "100")
    run.fault("dead letter refused")
    run.wait_worked(*crew, further=300)
    finish(run, crew)


def newer(stage: Stage, run: Run, times: int) -> None:
    """As the first one, with the broker's own group protocol (KIP-848)."""
    killed(stage, run, times, replace(run.orders, protocol="consumer"))


SCENARIOS: Final = (
    Scenario("SIGKILL", "a crash repeats work and loses none", killed, 2),
    Scenario("SIGTERM", "a deployment repeats nothing", rolled, short=False),
    Scenario("frozen", "a zombie takes nothing back from its successor", frozen, 1),
    Scenario("broker-restart", "a broker's restart is waited out", restarted, 1, short=False),
    Scenario("broker-crash", "a broker's crash is waited out", shot, 1),
    Scenario("line", "cut, half-open and slow connections", cut, 1),
    Scenario("registry", "no registry, no dead letters for it", unregistered, 1, poison_every=0),
    Scenario("unwritable", "no dead letter, no commit", unwritable, 1),
    Scenario("storm", "members come and go", stormed, short=False),
    Scenario("slow", "a handler over the poll interval", slowed, 1, short=False),
    Scenario("processor", "dead letters end handled or parked", processed, 1, short=False),
    Scenario("kip-848", "the newer group protocol", newer, short=False),
    Scenario("threads", "concurrency per tenant", threaded, 1),
    Scenario("batches", "handlers of many events", batched, short=False),
    Scenario("deadly", "a record that kills processes is put away", deadly, 1),
    Scenario("endless", "a handler that never returns is ended", endless, 1, short=False),
    Scenario("flaw: receipt", "the ledger catches it", flawed_receipt, 2, caught=frozenset({NEVER_AHEAD, SETTLED})),
    Scenario("flaw: letters", "the ledger catches it", flawed_letters, 1, caught=frozenset({NEVER_AHEAD, SETTLED})),
)
