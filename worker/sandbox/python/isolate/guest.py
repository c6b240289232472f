"""Runs one program inside the interpreter and says how it ended.

It lies in the snapshot, imported, so that a run starts with it. What it says about a program is data for the host, which
believes none of it: the program lives in the same interpreter.
"""

import ast
import asyncio
import atexit
import builtins
import os
import signal
import sys
import time
import traceback
import types
from json import dumps as to_json
from json import loads as from_json

ROOT = "/program"
_HERE = "<runyard>"
_MAX_TEXT = 20_000
_MAX_FRAMES = 200
_MAX_NAME = 200
_MAX_POSITION = 10_000_000
_MAX_SAFE_INTEGER = 2**53 - 1
_RESULT_CHARACTERS = 1_048_576
_MAX_SLEEP_SECONDS = 86_400.0
_BRIDGE = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip")


class _Stopped(BaseException):
    """Raised in a program that the host has stopped."""


class _NoBridge:
    """Keeps programs from importing what ties Python to JavaScript."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in _BRIDGE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


class _Sleeper:
    """The selector of an event loop without files: it only waits."""

    def __init__(self, sleep):
        self._sleep = sleep

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("nothing is left to run: every task waits for something that cannot come")
        if timeout > 0:
            self._sleep(timeout)
        return []

    def close(self):
        pass


def _event_loop_class(sleep):
    class EventLoop(asyncio.BaseEventLoop):
        def __init__(self):
            super().__init__()
            self._selector = _Sleeper(sleep)

        def _process_events(self, events):
            pass

        def _write_to_self(self):
            pass

    return EventLoop


class _LoopPolicy(asyncio.events._AbstractEventLoopPolicy):
    def __init__(self, loop_class):
        self._loop_class = loop_class
        self._loop = None

    def get_event_loop(self):
        if self._loop is None:
            raise RuntimeError("There is no current event loop in thread 'MainThread'.")
        return self._loop

    def set_event_loop(self, loop):
        self._loop = loop

    def new_event_loop(self):
        return self._loop_class()


def _install_time(begin_sleep, is_sleeping):
    def sleep(seconds, /):
        if not isinstance(seconds, (int, float)):
            seconds = seconds.__index__()
        if seconds != seconds:
            raise ValueError("Invalid value NaN (not a number)")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        begin_sleep(min(float(seconds), _MAX_SLEEP_SECONDS) * 1000)
        while is_sleeping():
            pass

    time.sleep = sleep
    asyncio.run = _plain_asyncio_run
    asyncio.events._set_event_loop_policy(_LoopPolicy(_event_loop_class(sleep)))
    asyncio._set_running_loop(None)


def _remove_traces():
    os.environ.clear()
    os.environ.update({"HOME": "/home/runyard", "LANG": "C.UTF-8", "PATH": "", "USER": "runyard"})
    sys.executable = ""


def _remove_bridge():
    sys.meta_path[:] = [_NoBridge] + [f for f in sys.meta_path if not type(f).__module__.startswith("_pyodide")]
    for name in [name for name in sys.modules if name.partition(".")[0] in _BRIDGE]:
        del sys.modules[name]


def _in_program(filename):
    """Whether the file may be one of the program's own."""
    return filename.startswith(ROOT + "/") and len(filename) <= len(ROOT) + 1 + _MAX_NAME


def _place(filename, line, column):
    """Line and column from 1. A program can compile code for any place, and raise syntax errors of any."""
    line, column = [n if type(n) is int and 0 < n <= _MAX_POSITION else None for n in (line, column)]
    return {"file": filename[len(ROOT) + 1 :], "line": line, "column": column}


_NOWHERE = {"file": None, "line": None, "column": None}


def _shown(text):
    return text.replace(f'"{ROOT}/', '"')[:_MAX_TEXT]


def _position(frames):
    for frame in reversed(frames):
        if _in_program(frame.filename):
            return _place(frame.filename, frame.lineno, None if frame.colno is None else frame.colno + 1)
    return _NOWHERE


def _without_ours(frames):
    return traceback.StackSummary.from_list([frame for frame in frames if frame.filename != _HERE])


def _place_of(frame):
    while frame is not None and not _in_program(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return _NOWHERE
    code = frame.f_code
    column = [place[2] for place in code.co_positions()][frame.f_lasti // 2]
    return _place(code.co_filename, frame.f_lineno, None if column is None else column + 1)


def _stack_text(frame):
    """Shows source lines of the program's files alone: there is little fuel left to read others."""
    calls = [(call.f_code, line) for call, line in traceback.walk_stack(frame)][:_MAX_FRAMES]
    frames = traceback.StackSummary.from_list(
        traceback.FrameSummary(
            code.co_filename, line, code.co_name, lookup_line=False, line=None if _in_program(code.co_filename) else ""
        )
        for code, line in reversed(calls)
        if code.co_filename != _HERE
    )
    return _shown("Traceback (most recent call last):\n" + "".join(frames.format())) if frames else None


# The name that a class was made with, whatever its metaclass says.
_type_name = type.__dict__["__name__"].__get__


def _failure_of(error):
    summary = traceback.TracebackException.from_exception(error, limit=-_MAX_FRAMES)
    summary.stack = _without_ours(summary.stack)
    position = _position(summary.stack)
    is_syntax = isinstance(error, SyntaxError) and isinstance(error.filename, str) and _in_program(error.filename)
    if is_syntax:
        position = _place(error.filename, error.lineno, error.offset)
    try:
        message = str(error.msg if is_syntax else error)
    except Exception:
        message = "<exception str() failed>"
    missing = error.name if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str) else None
    return {
        **position,
        "name": _type_name(type(error))[:_MAX_NAME] or "Error",
        "message": message[:_MAX_TEXT],
        "text": _shown("".join(summary.format())),
        "missingModule": missing and missing[:_MAX_NAME],
        "isSyntax": is_syntax,
    }


def _is_data(value, depth=0):
    if value is None or isinstance(value, (bool, str)):
        return True
    if isinstance(value, int):
        return -_MAX_SAFE_INTEGER <= value <= _MAX_SAFE_INTEGER
    if isinstance(value, float):
        return value - value == 0
    if depth > 100:
        return False
    if isinstance(value, (list, tuple)):
        return all(_is_data(each, depth + 1) for each in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_data(each, depth + 1) for key, each in value.items())
    return False


def _result_text(value):
    if value is None or not _is_data(value):
        return None
    text = to_json(value, allow_nan=False)
    if len(text) <= _RESULT_CHARACTERS:
        return text
    print("The last expression's value is over 1 MiB and was left out.", file=sys.stderr)
    return None


def _compile(path, source):
    """The program up to its last statement, and that one as an expression if it is one."""
    tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), path, "eval", dont_inherit=True)
    return compile(tree, path, "exec", dont_inherit=True), last


def _execute(entry):
    path = f"{ROOT}/{entry}"
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    with open(path, "rb") as file:
        body, last = _compile(path, file.read())
    exec(body, main.__dict__)
    return None if last is None else eval(last, main.__dict__)


def _exit_of(error):
    """What a SystemExit means: None for success, otherwise the failure."""
    code = error.code
    if code is None or (isinstance(code, int) and code == 0):
        return None
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    return {**_failure_of(error), "name": "SystemExit", "message": f"the program exited with code {code}"}


def _ending_of(entry):
    try:
        try:
            value = _execute(entry)
        finally:
            atexit._run_exitfuncs()
        return {"kind": "completed", "result": _result_text(value)}
    except SystemExit as error:
        failure = _exit_of(error)
        return {"kind": "completed", "result": None} if failure is None else {"kind": "failed", "failure": failure}
    except BaseException as error:
        return {"kind": "failed", "failure": _failure_of(error)}


def run(request_text, begin_sleep, is_sleeping, note_stop):
    """Runs the program whose files lie below ROOT. Answers with its ending as JSON text."""
    request = from_json(request_text)
    stopped = locating = False

    def on_interrupt(signum, frame):
        nonlocal stopped, locating
        # Interrupted again while it looks where the program was: reading the library's source takes a while.
        if locating:
            return
        if not stopped:
            stopped = locating = True
            try:
                place = _place_of(frame)
                note_stop(to_json({**place, "text": None}))
                note_stop(to_json({**place, "text": _stack_text(frame)}))
            finally:
                locating = False
        raise _Stopped

    signal.signal(signal.SIGINT, on_interrupt)
    _install_time(begin_sleep, is_sleeping)
    _remove_bridge()
    _remove_traces()
    os.chdir(ROOT)
    sys.argv[:] = [request["entry"], *request["args"]]
    folder = os.path.dirname(f"{ROOT}/{request['entry']}")
    sys.path[:] = [*dict.fromkeys([folder, ROOT, *[path for path in sys.path if path]])]
    ending = _ending_of(request["entry"])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    return to_json(ending)


def _find_plain_asyncio_run():
    """Pyodide replaces asyncio.run by one of its own; this is the standard library's."""
    from asyncio import runners

    return getattr(asyncio.run, "__wrapped__", runners.run)


_plain_asyncio_run = _find_plain_asyncio_run()
