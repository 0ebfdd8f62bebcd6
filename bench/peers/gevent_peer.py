"""The gevent peer of Patchy.Bench: WORK [SIZE], or serve WORK PORT .... Prints one line "name=value ..." as the others do.

PATCHY_BENCH_DIVISOR makes it do only a part of the work.
"""
from gevent import monkey

monkey.patch_all()

import os
import resource
import sys
import threading
import time

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from gevent.pool import Pool
from gevent.queue import Queue

import gevent_sockets

DIVISOR = int(os.environ.get("PATCHY_BENCH_DIVISOR", "1"))


def together(count, body):
    gevent.joinall([gevent.spawn(body) for _ in range(count)])


def timed(operations, run):
    operations = operations // DIVISOR // 100 * 100
    run(operations // 20 // 100 * 100)
    start = time.perf_counter()
    run(operations)
    return (time.perf_counter() - start) / operations * 1e9


def yielding(tasks, operations):
    def body():
        for _ in range(operations // tasks):
            gevent.sleep(0)

    together(tasks, body)


def ping_pong(operations):
    ping, pong = threading.Semaphore(0), threading.Semaphore(0)

    def other():
        for _ in range(operations // 2):
            ping.acquire()
            pong.release()

    thread = threading.Thread(target=other)
    thread.start()
    for _ in range(operations // 2):
        ping.release()
        pong.acquire()
    thread.join()


def hand_over_by_semaphore(operations):
    ping, pong = Semaphore(0), Semaphore(0)

    def one():
        for _ in range(operations // 2):
            ping.release()
            pong.acquire()

    def other():
        for _ in range(operations // 2):
            ping.acquire()
            pong.release()

    gevent.joinall([gevent.spawn(one), gevent.spawn(other)])


def hand_over_by_event(operations):
    ping, pong = Event(), Event()

    def one():
        for _ in range(operations // 2):
            ping.set()
            pong.wait()
            pong.clear()

    def other():
        for _ in range(operations // 2):
            ping.wait()
            ping.clear()
            pong.set()

    gevent.joinall([gevent.spawn(one), gevent.spawn(other)])


def there_and_back(operations):
    there, back = Queue(1), Queue(1)

    def one():
        for i in range(operations):
            there.put(i)
            back.get()

    def other():
        for _ in range(operations):
            back.put(there.get())

    gevent.joinall([gevent.spawn(one), gevent.spawn(other)])


def pool(operations):
    workers = Pool(100)
    for _ in range(operations):
        workers.spawn(lambda: None)
    workers.join()


def spawn(operations):
    for _ in range(operations // 100):
        together(100, lambda: None)


def uncontended(operations):
    gate = threading.Lock()
    total = 0
    for _ in range(operations):
        with gate:
            total += 1


def contended(operations):
    gate = threading.Lock()
    total = 0

    def body():
        nonlocal total
        for _ in range(operations // 4):
            with gate:
                read = total
                gevent.sleep(0)
                total = read + 1

    together(4, body)
    assert total == operations // 4 * 4


def sleepers(count):
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    together(count, lambda: time.sleep(1))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"extra_wall_ms={wall * 1000 - 1000:.1f} cpu_ms={cpu * 1000:.1f} rss_kb_each={(after.ru_maxrss - before.ru_maxrss) / count:.2f}")


def main():
    work = sys.argv[1]
    if work == "serve":
        gevent_sockets.serve(*sys.argv[2:])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    timings = {
        "yield": (400_000, lambda n: yielding(size, n)),
        "switch": (400_000, lambda n: yielding(2, n)),
        "thread-semaphore": (200_000, ping_pong),
        "semaphore": (200_000, hand_over_by_semaphore),
        "event": (200_000, hand_over_by_event),
        "queue": (100_000, there_and_back),
        "pool": (100_000, pool),
        "spawn": (100_000, spawn),
    }
    if work in timings:
        times, measured = timings[work]
        print(f"ns={timed(times, measured):.1f}")
    elif work == "lock":
        print(f"contended_ns={timed(40_000, contended):.1f} uncontended_ns={timed(2_000_000, uncontended):.2f}")
    elif work == "sleepers":
        sleepers(size)
    elif work == "rtt":
        print(f"ns={timed(50_000, gevent_sockets.round_trips()):.1f}")
    elif work == "fairness":
        print(gevent_sockets.fairness(size, int(sys.argv[3])))
    else:
        sys.exit(2)


main()
