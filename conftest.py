"""Every test run, the notebooks' included, happens where the stored outputs were made: same kernels, and off line."""

from compendium import kernels, warm
from tests import loopback

kernels.prepare()
warm.use()
loopback.install()
