// What one core can do at all: the servers of Patchy.Bench, single-threaded and with nothing but system calls.
//   limit echo PORT [BUFFER]         limit tls PORT CERTIFICATE KEY         limit legacy PORT DATABASE-PORT
#include "wire.h"

enum { MOST = 65536, BATCH = 256 };

static struct wire wires[MOST];
static int partner[MOST]; // legacy: a client's connection to the database, and back
static char *buffer;
static int epoll, buffer_size = 4096, database_port;
#ifdef WITH_TLS
static SSL_CTX *tls;
#endif

static void end(int fd) {
#ifdef WITH_TLS
    if (wires[fd].ssl) SSL_free(wires[fd].ssl);
#endif
    wires[fd].ssl = 0;
    close(fd);
}

static void begin(int fd) {
    wires[fd].fd = fd;
    watch(epoll, fd, EPOLLIN, fd);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
        no_delay(fd);
#ifdef WITH_TLS
        if (tls) {
            wires[fd].ssl = SSL_new(tls);
            SSL_set_fd(wires[fd].ssl, fd);
            SSL_set_accept_state(wires[fd].ssl); // the first reads shake hands
        }
#endif
        begin(fd);
        if (database_port) {
            int database = connect_to(database_port);
            set_non_blocking(database);
            partner[fd] = database;
            partner[database] = fd;
            begin(database);
        }
    }
}

static void serve(int fd) {
    ssize_t length = wire_read(&wires[fd], buffer, buffer_size);
    if (length < 0) return;
    int to = database_port ? partner[fd] : fd;
    if (length > 0 && wire_write(&wires[to], buffer, length)) return;
    if (to != fd) end(to);
    end(fd);
}

#ifdef WITH_TLS
static void use_tls(const char *certificate, const char *key) {
    tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 || SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) fail("certificate");
}
#endif

int main(int count, char **words) {
    if (count < 3) return 2;
    if (!strcmp(words[1], "echo") && count > 3) buffer_size = atoi(words[3]);
    if (!strcmp(words[1], "legacy")) database_port = atoi(words[3]);
    if (!strcmp(words[1], "tls")) {
#ifdef WITH_TLS
        use_tls(words[3], words[4]);
#else
        return 2;
#endif
    }
    signal(SIGPIPE, SIG_IGN);
    buffer = malloc(buffer_size);
    epoll = epoll_create1(0);
    int listener = listen_on(atoi(words[2]));
    watch(epoll, listener, EPOLLIN, listener);
    struct epoll_event events[BATCH];
    for (;;) {
        int ready = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.u32;
            if (fd == listener) accept_all(listener);
            else serve(fd);
        }
    }
}
