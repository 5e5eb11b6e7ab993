"""The command line: reads options, calls the engine, prints the result; contains no logic of its own.

May use: every room.
"""
