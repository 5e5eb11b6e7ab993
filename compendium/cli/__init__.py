"""The command line: reads options, asks the engine, prints the answer; works nothing out itself.

May use: every room.
"""
