"""Every test run, the notebooks' included, happens in the environment that made the stored outputs, and off line."""

from compendium import kernels
from tests import loopback

kernels.prepare()
loopback.install()
