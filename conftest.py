"""Every test run, the notebooks' included, happens where the stored outputs were made: same kernels, and off line."""

import signal

from compendium.builder import kernel_environment
from compendium.builder import forked_kernels
from tests import loopback

# A shell has what it runs in the background ignore Ctrl-C, and whatever that starts too; a test that interrupts a
# program would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
kernel_environment.prepare_environment()
forked_kernels.use_forked_kernels()
loopback.install()
