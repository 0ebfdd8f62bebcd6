// A connection as the load generator and the limit see it: a socket, with TLS on top where OpenSSL's headers were there (-DWITH_TLS).
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/ssl.h>
#else
typedef void SSL;
#endif

struct wire {
    int fd;
    SSL *ssl; // 0: plain
};

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "failed");
    exit(1);
}

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline void set_non_blocking(int fd) {
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)) fail("fcntl");
}

static inline void no_delay(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static inline int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = loopback(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) fail("listen");
    return fd;
}

static inline int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) fail("socket");
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    no_delay(fd);
    return fd;
}

static inline void watch(int epoll, int fd, unsigned events, unsigned index) {
    struct epoll_event event = {.events = events, .data.u32 = index};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

// Length; 0: the other side has closed; -1: nothing there (or, of a blocking socket, the time is over).
static inline ssize_t wire_read(struct wire *w, void *buffer, size_t size) {
#ifdef WITH_TLS
    if (w->ssl) {
        int length = SSL_read(w->ssl, buffer, (int)size);
        if (length > 0) return length;
        return SSL_get_error(w->ssl, length) == SSL_ERROR_WANT_READ ? -1 : 0;
    }
#endif
    ssize_t length = recv(w->fd, buffer, size, 0);
    if (length < 0 && errno != EAGAIN) return 0;
    return length;
}

// All of it. Waits where the other side is slow to read, which only bulk transfers meet. 0: the other side has closed.
static inline int wire_write(struct wire *w, const char *data, size_t size) {
#ifdef WITH_TLS
    if (w->ssl) return SSL_write(w->ssl, data, (int)size) == (int)size;
#endif
    while (size) {
        ssize_t sent = send(w->fd, data, size, MSG_NOSIGNAL);
        if (sent > 0) {
            data += sent;
            size -= sent;
        } else if (errno == EAGAIN) {
            struct pollfd writable = {.fd = w->fd, .events = POLLOUT};
            poll(&writable, 1, -1);
        } else {
            return 0;
        }
    }
    return 1;
}
