"""Prints every public name of gevent, one a line: python3 names.py > names.txt

A name is public when a module's __all__ has it, or when gevent itself defines it there, without a leading underscore. What gevent only
passes on from the standard library is left out. Of each class: what it adds to the public gevent classes that it derives from.
"""
import importlib
import inspect
import types

MODULES = """gevent gevent.greenlet gevent.hub gevent.event gevent.lock gevent.queue gevent.pool gevent.threadpool gevent.local gevent.timeout
gevent.select gevent.selectors gevent.socket gevent.ssl gevent.baseserver gevent.server gevent.pywsgi gevent.subprocess gevent.signal gevent.os
gevent.fileobject gevent.backdoor gevent.resolver gevent.resolver.thread gevent.resolver.ares gevent.resolver.blocking
gevent.events gevent.util gevent.exceptions gevent.monkey gevent.time gevent.thread gevent.threading gevent.core gevent.ares
gevent.builtins gevent.contextvars""".split()

# Where the compiled classes belong, and modules that are documented under another name.
HOMES = {
    "_gevent_cgreenlet": "greenlet", "_gevent_cevent": "event", "_gevent_cqueue": "queue", "_gevent_clocal": "local",
    "_gevent_c_semaphore": "lock", "_gevent_c_waiter": "hub", "_gevent_c_hub_local": "hub", "_gevent_c_hub_primitives": "hub",
    "_gevent_c_greenlet_primitives": "greenlet", "_gevent_c_imap": "pool", "_gevent_c_abstract_linkable": "event",
    "_hub_local": "hub", "_hub_primitives": "hub", "_greenlet_primitives": "greenlet",
    "_fileobjectcommon": "fileobject", "_fileobjectposix": "fileobject", "_ssl3": "ssl", "_sslgte279": "ssl", "_socket3": "socket",
    "_socketcommon": "socket", "_config": "", "_monitor": "events", "libev.corecext": "core",
}
# What gevent 26.5 has more than the 22.10.2 that this was run with; from its documentation.
NEWER = """gevent.queue.ShutDown gevent.queue.SimpleQueue gevent.queue.Queue.shutdown gevent.queue.Queue.task_done gevent.queue.Queue.join
gevent.queue.Queue.unfinished_tasks gevent.queue.Empty gevent.queue.Full gevent.signal.set_wakeup_fd gevent.os.close gevent.config.print_blocking_reports
gevent.resolver.dnspython.Resolver gevent.local.all_local_dicts_for_greenlet gevent.subprocess.TimeoutExpired gevent.subprocess.PIPE
gevent.subprocess.STDOUT gevent.subprocess.DEVNULL gevent.subprocess.getoutput gevent.subprocess.getstatusoutput gevent.subprocess.CalledProcessError
gevent.subprocess.SubprocessError gevent.subprocess.Popen.result gevent.events.notify gevent.events.IPeriodicMonitorThread.add_monitoring_function
gevent.socket.wait gevent.timeout.Timeout.seconds gevent.pywsgi.MAX_REQUEST_LINE gevent.monkey.saved gevent.hub.get_hub_if_exists
gevent.local.local gevent.hub.Hub.format_context gevent.hub.Hub.minimal_ident"""
SKIPPED_TYPES = ("Lazy", "readproperty", "LazyOnClass", "linkproxy")
LOOP = "gevent._interfaces"


def home(obj):
    module = getattr(obj, "__module__", None) or ""
    if not isinstance(module, str) or not module.startswith("gevent"):
        return None
    rest = module[len("gevent."):]
    return ("gevent." + HOMES.get(rest, rest)).rstrip(".")


def members(cls):
    inherited = {n for base in cls.__mro__[1:] if home(base) and not base.__name__.startswith("_") for n in dir(base)}
    for name in dir(cls):
        if name.startswith("_") or name in inherited:
            continue
        owner = next((k for k in cls.__mro__ if name in vars(k)), None)
        if owner is not None and home(owner):
            yield name


def public_names(module):
    declared = set(getattr(module, "__all__", None) or ())
    own = getattr(module, "__implements__", None)
    if own is not None:  # a twin of a standard module: the rest of __all__ is passed on from there
        declared &= set(own) | set(getattr(module, "__extensions__", ()))
    for name in sorted(dir(module)):
        obj = getattr(module, name)
        if name.startswith("_") or isinstance(obj, types.ModuleType) or name in SKIPPED_TYPES:
            continue
        if name in declared or (home(obj) == module.__name__ and (inspect.isclass(obj) or inspect.isroutine(obj))):
            yield name, obj


def main():
    found = set()
    for path in MODULES:
        module = importlib.import_module(path)
        for name, obj in public_names(module):
            found.add(path + "." + name)
            if inspect.isclass(obj) and home(obj) == path and obj.__name__ == name:  # not an alias
                found.update("%s.%s.%s" % (path, name, member) for member in members(obj))
    interfaces = importlib.import_module(LOOP)
    for name in interfaces.__all__:
        found.update("gevent.core.%s.%s" % (name, member) for member in getattr(interfaces, name).names())
    from gevent._config import config
    found.update("gevent.config." + name for name in dir(config) if not name.startswith("_") and name not in ("get_default", "set", "print_help"))
    found.update(NEWER.split())
    print("\n".join(sorted(found)))


main()
