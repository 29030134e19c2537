"""
The limits that a worker puts on itself before it reads a byte of anyone else's.

The kernel holds it to them: memory, processor time and files by resource limits; sockets, new
programs and new processes by a seccomp filter, which no code in the process can take off again.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from errno import EACCES, ENOSYS
from typing import Final

DIES_WITH_ITS_PARENT: Final = 1
"""PR_SET_PDEATHSIG of `prctl`."""

DENIED: Final = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto"),
    *("io_uring_setup", "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv"),
    *("process_vm_writev", "pidfd_open", "pidfd_getfd", "kill", "mount", "unshare", "setns"),
    *("bpf", "perf_event_open", "keyctl", "userfaultfd", "unlink", "unlinkat", "rename"),
    *("renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "truncate", "chmod", "fchmodat"),
    *("link", "linkat", "symlink", "symlinkat", "creat"),
)
"""System calls that answer `EACCES`: the network, other processes, and changes to files."""
YIELDS: Final = 10
"""How far the work of strangers yields the processor to what decides cases."""
CLONE_THREAD: Final = 0x10000
WRITES: Final = (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC)


def limit(memory: int) -> None:
    """
    Limit the memory and the files of this process, and end it with its parent.

    Args:
        memory: Bytes of address space.
    """
    os.nice(YIELDS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)


def limit_processor(seconds: float) -> None:
    """Let this process use some more seconds of processor time, and then end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def close_off() -> str:
    """
    Take the network, other programs and other processes away from this process.

    Returns:
        Why that is not possible here; empty if it was done.
    """
    try:
        import pyseccomp  # noqa: PLC0415 - only on Linux, and only with libseccomp
    except (ImportError, OSError, RuntimeError) as error:
        return f"seccomp is not available ({type(error).__name__})"
    try:
        rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        rules.set_attr(pyseccomp.Attr.CTL_TSYNC, 1)  # also the threads that libraries started
        denied = pyseccomp.ERRNO(EACCES)
        for name in DENIED:
            if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
                rules.add_rule(denied, name)
        rules.add_rule(denied, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0))
        rules.add_rule(pyseccomp.ERRNO(ENOSYS), "clone3")  # libc falls back to clone
        for flag in WRITES:
            opens = pyseccomp.Arg(2, pyseccomp.MASKED_EQ, flag, flag)
            rules.add_rule(denied, "openat", opens)
        rules.add_rule(denied, "openat2")
        rules.load()
    except (OSError, RuntimeError, ValueError) as error:
        return f"the kernel refuses the filter ({error})"
    return ""
