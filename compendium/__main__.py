"""Makes `python -m compendium` the command line."""

from compendium.cli.app import main

main(prog_name="python -m compendium")
