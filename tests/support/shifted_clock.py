"""A `sitecustomize` for a child: every clock that tells the date is ahead, so that no date gets into a file unseen.

Python has no switch for this, and the way through the C library needs a compiler; so what Python code asks is replaced
before anything else is loaded. Clocks that only measure are left alone; compiled code that asks the system itself is
not reached.
"""

import datetime
import time

import pandas  # noqa: F401  # its compiled classes derive from the true one, and have to be there before it is replaced

DAYS = 400
_now, _now_ns, _local, _universal = time.time, time.time_ns, time.localtime, time.gmtime
_format, _moment = time.strftime, datetime.datetime

# `date.today` asks `time.time`, so it is ahead too.
time.time = lambda: _now() + DAYS * 86_400
time.time_ns = lambda: _now_ns() + DAYS * 86_400_000_000_000
time.localtime = lambda seconds=None: _local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _universal(time.time() if seconds is None else seconds)
time.strftime = lambda form, moment=None: _format(form, time.localtime() if moment is None else moment)


class _Kind(type):
    """A moment that something else has made is one too."""

    def __instancecheck__(cls, value):
        return isinstance(value, _moment)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, _moment)


class Moment(_moment, metaclass=_Kind):
    __slots__ = ()  # as large as what it stands for: compiled code looks at the size

    @classmethod
    def now(cls, tz=None):
        return _moment.now(tz) + datetime.timedelta(days=DAYS)

    @classmethod
    def utcnow(cls):
        return _moment.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(days=DAYS)

    @classmethod
    def today(cls):
        return cls.now()


Moment.__name__ = Moment.__qualname__ = "datetime"
datetime.datetime = Moment
