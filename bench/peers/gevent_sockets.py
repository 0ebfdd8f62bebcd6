"""The works of gevent_peer.py that use sockets: plain blocking code, patched before it was imported."""
import socket
import ssl
import time

import gevent


def serve(work, port, *args):
    """echo PORT [BUFFER], tls PORT CERTIFICATE KEY, legacy PORT DATABASE-PORT; for ever."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(port)))
    listener.listen(4096)
    if work == "echo":
        size = int(args[0]) if args else 4096
        handle = lambda connection: echo(connection, size)
    elif work == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*args)
        handle = lambda connection: echo_by_tls(connection, context)
    else:
        handle = lambda connection: ask_database(connection, int(args[0]))
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        gevent.spawn(handle, connection)


def echo(connection, size=4096):
    with connection:
        try:
            while data := connection.recv(size):
                connection.sendall(data)
        except ConnectionError:
            pass


def echo_by_tls(connection, context):
    try:
        echo(context.wrap_socket(connection, server_side=True))
    except (ssl.SSLError, ConnectionError):
        connection.close()


def ask_database(connection, port):
    """Answers each line with what the database says to it."""
    try:
        with connection, socket.create_connection(("127.0.0.1", port)) as database:
            database.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            questions, answers = connection.makefile("rb"), database.makefile("rb")
            while question := questions.readline():
                database.sendall(question)
                connection.sendall(answers.readline())
    except ConnectionError:
        pass


def round_trips():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    for one in (client, server):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    gevent.spawn(echo, server)

    def run(count):
        message = b"x" * 32
        for _ in range(count):
            client.sendall(message)
            client.recv(32)

    return run


def fairness(port, milliseconds):
    """How late a timer of 10 ms is while another greenlet receives from a sender that never ends: a process of its own, on port."""
    connection = socket.create_connection(("127.0.0.1", port))
    end = time.perf_counter() + milliseconds / 1000
    received = 0

    def receive():
        nonlocal received
        while time.perf_counter() < end:
            received += len(connection.recv(512))

    receiver = gevent.spawn(receive)
    late = []
    while time.perf_counter() < end:
        start = time.perf_counter()
        time.sleep(0.01)
        late.append((time.perf_counter() - start) * 1000 - 10)
    receiver.join()
    late.sort()
    return (
        f"worst_late_ms={late[-1]:.2f} median_late_ms={late[len(late) // 2]:.2f} "
        f"mib_per_s={received / 1048576 / (milliseconds / 1000):.1f} timers={len(late)}"
    )
