"""The filter of calls, run step by step as the kernel runs it, for both kinds of machine."""

import errno
import os

import pytest

from countersign.documents.sandbox import seccomp, syscalls

OWN = 4711
PASS, FAIL = 0x7FFF0000, 0x00050000
DENIED, LACKING = FAIL | errno.EPERM, FAIL | errno.ENOSYS
LOAD, EQUAL, AT_LEAST, HAS_BITS, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06

CALLS = {
    "x86_64": {"read": 0, "mmap": 9, "futex": 202, "socket": 41, "execve": 59, "unlinkat": 263},
    "aarch64": {"read": 63, "mmap": 222, "futex": 98, "socket": 198, "execve": 221, "unlinkat": 35},
}


def answer(machine: str, number: int, *arguments: int, as_machine: int | None = None) -> int:
    """Return what the kernel makes of a call."""
    calls = syscalls.of(machine)
    program = list(seccomp.steps(calls, OWN))
    data = {0: number, 4: calls.machine if as_machine is None else as_machine}
    data.update({16 + 8 * n: value & 0xFFFFFFFF for n, value in enumerate(arguments)})
    loaded = place = 0
    while True:
        operation, if_true, if_false, operand = program[place]
        place += 1
        if operation == LOAD:
            loaded = data[operand]
        elif operation == ANSWER:
            return operand
        else:
            holds = {
                EQUAL: loaded == operand,
                AT_LEAST: loaded >= operand,
                HAS_BITS: bool(loaded & operand),
            }[operation]
            place += if_true if holds else if_false


@pytest.mark.parametrize("machine", CALLS)
def test_reading_memory_and_threads_pass_and_talk_programs_and_deleting_do_not(machine: str) -> None:
    told = {name: answer(machine, number, 0, 0, 0) for name, number in CALLS[machine].items()}
    assert told == {
        "read": PASS,
        "mmap": PASS,
        "futex": PASS,
        "socket": DENIED,
        "execve": DENIED,
        "unlinkat": DENIED,
    }


@pytest.mark.parametrize("machine", CALLS)
def test_files_may_be_opened_to_read_alone(machine: str) -> None:
    openat = syscalls.of(machine).openat
    told = [
        answer(machine, openat, 0, 0, flags)
        for flags in (os.O_RDONLY | os.O_CLOEXEC, os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC)
    ]
    assert told == [PASS, DENIED, DENIED, DENIED, DENIED]


@pytest.mark.parametrize("machine", CALLS)
def test_a_thread_may_be_started_and_a_process_may_not(machine: str) -> None:
    clone = syscalls.of(machine).clone
    thread = 0x3D0F00  # what the C library asks for
    assert [answer(machine, clone, thread), answer(machine, clone, 17)] == [PASS, DENIED]


@pytest.mark.parametrize("machine", CALLS)
def test_signals_reach_the_process_itself_alone(machine: str) -> None:
    calls = syscalls.of(machine)
    for number in (calls.kill, calls.tgkill):
        assert [answer(machine, number, who) for who in (OWN, 1, 0, -1, -OWN)] == [PASS] + 4 * [DENIED]


@pytest.mark.parametrize("machine", CALLS)
def test_calls_of_another_machine_and_calls_not_known_yet_are_refused(machine: str) -> None:
    read = CALLS[machine]["read"]
    assert answer(machine, read, as_machine=0x40000003) == DENIED
    x32 = 0x40000000
    assert [answer(machine, n) for n in (x32 + read, syscalls.NEWEST + 1)] == [LACKING, LACKING]
    assert [answer(machine, n) for n in syscalls.OPAQUE] == [LACKING] * len(syscalls.OPAQUE)


@pytest.mark.parametrize("machine", CALLS)
def test_the_filter_is_one_that_the_kernel_takes(machine: str) -> None:
    program = list(seccomp.steps(syscalls.of(machine), OWN))
    assert len(program) < 4096
    ends = [place + 1 + max(skips) for place, (_, *skips, _) in enumerate(program)]
    assert max(ends) <= len(program)
    assert program[-1] == (ANSWER, 0, 0, PASS)
    assert len(set(syscalls.of(machine).refused)) == len(syscalls.of(machine).refused)


def test_a_machine_whose_calls_are_not_known_gets_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        syscalls.of("riscv64")
