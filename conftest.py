"""Every test run, the notebooks' included, happens where the stored outputs were made, on the same kernels."""

from compendium import kernels, warm

kernels.prepare()
warm.use()
