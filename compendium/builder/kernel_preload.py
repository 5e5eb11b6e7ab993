"""Module that the fork server of kernels imports last: work shared by all kernels is done at its import.

It reads no data, so that everything a kernel depends on is read, and recorded, in the kernel itself.
"""

import gc

from compendium.values import units

units.registry()  # a quarter of a second
# Exempt all objects from garbage collection: collecting in a kernel would copy every shared page of memory.
gc.collect()
gc.freeze()
