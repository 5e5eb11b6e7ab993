"""Imported last by the process that kernels are forked from: does once what each of them would do anew.

It reads no data, so that no kernel can know of data that it has not read.
"""

import gc

from compendium.values import units

units.registry()  # a quarter of a second
# What is here stays: no kernel looks through it for garbage, which would also copy each page of memory that it shares.
gc.collect()
gc.freeze()
