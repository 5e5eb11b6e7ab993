"""A `sitecustomize` for a child: every clock that tells the date is ahead, so that no date gets into a file unseen.

Python's own switch for this does not exist, and the library call is out of reach without a compiler; so the functions
that Python code asks are replaced before anything else is loaded. Clocks that only measure are left alone.
"""

import datetime
import time

DAYS = 400
_now, _now_ns, _local, _universal = time.time, time.time_ns, time.localtime, time.gmtime
_format, _date, _moment = time.strftime, datetime.date, datetime.datetime

time.time = lambda: _now() + DAYS * 86_400
time.time_ns = lambda: _now_ns() + DAYS * 86_400_000_000_000
time.localtime = lambda seconds=None: _local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _universal(time.time() if seconds is None else seconds)
time.strftime = lambda form, moment=None: _format(form, time.localtime() if moment is None else moment)


class _Kind(type):
    """A moment that something else has made is one too."""

    def __instancecheck__(cls, value):
        return isinstance(value, _date if cls.__name__ == "date" else _moment)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, _date if cls.__name__ == "date" else _moment)


class Date(_date, metaclass=_Kind):
    @classmethod
    def today(cls):
        return _date.today() + datetime.timedelta(days=DAYS)


class Moment(_moment, metaclass=_Kind):
    @classmethod
    def now(cls, tz=None):
        return _moment.now(tz) + datetime.timedelta(days=DAYS)

    @classmethod
    def utcnow(cls):
        return _moment.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls):
        return cls.now()


Date.__name__, Moment.__name__ = "date", "datetime"
datetime.date, datetime.datetime = Date, Moment
