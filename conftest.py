"""Every test run, the notebooks' included, happens in the environment that made the stored outputs."""

from compendium import kernels

kernels.prepare()
