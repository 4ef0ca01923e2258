"""What a process that holds keys denies to others on the same machine."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4  # <linux/prctl.h>


def harden() -> None:
    """No core dump, and no reading of this process's memory by others of the same account.

    Keys in memory would else end on disk with a crash, or be read through /proc or a debugger.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the kernel refuses PR_SET_DUMPABLE")
