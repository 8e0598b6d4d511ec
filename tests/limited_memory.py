"""For tests of what would otherwise fill the memory."""

import contextlib
import pathlib
import resource


@contextlib.contextmanager
def limited_memory(num_bytes=500_000_000):
    """A context in which no more than that can be allocated."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    limits = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + num_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
