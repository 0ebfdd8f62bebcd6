// The load generator of Patchy.Bench: one thread, epoll, nothing allocated while it measures. Prints one line "name=value ...".
//   load PORT [connections=N] [active=N] [seconds=S] [warm=S] [server=PID] [tls=1] [http=PATH] [prime=0] [bulk=BYTES]
// Each of the active connections has one message of 32 bytes (or one request for PATH) under way. When it is answered, the connection that has been
// idle longest asks next: so every connection has its turn, also where only a few are active at a time.
#include "wire.h"
#include "figures.h"
#include <sys/time.h>

enum { EVENTS = 256, BATCH = 200, STALL_MS = 10000, RESPONSE = 2048, CHUNK = 65536 };

static int port, connections = 100, active, server, use_tls, prime = 1;
static double seconds = 2, warm = 1;
static long bulk;
static const char *path;
static char question[512], input[4 * CHUNK];
static size_t question_length;

static struct wire *wires;
static double *asked;
static char (*responses)[RESPONSE];
static int *response_lengths, *idle;
static unsigned idle_head, idle_tail;
#ifdef WITH_TLS
static SSL_CTX *tls;
#endif

static void options(int count, char **words) {
    port = atoi(words[1]);
    for (int i = 2; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (!value) fail("an option without =");
        *value++ = 0;
        if (!strcmp(words[i], "connections")) connections = atoi(value);
        else if (!strcmp(words[i], "active")) active = atoi(value);
        else if (!strcmp(words[i], "seconds")) seconds = atof(value);
        else if (!strcmp(words[i], "warm")) warm = atof(value);
        else if (!strcmp(words[i], "server")) server = atoi(value);
        else if (!strcmp(words[i], "tls")) use_tls = atoi(value);
        else if (!strcmp(words[i], "http")) path = value;
        else if (!strcmp(words[i], "prime")) prime = atoi(value);
        else if (!strcmp(words[i], "bulk")) bulk = atol(value);
        else fail("an unknown option");
    }
    if (!active || active > connections) active = connections;
    if (path) snprintf(question, sizeof question, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    else snprintf(question, sizeof question, "%s\n", "abcdefghijklmnopqrstuvwxyz01234");
    question_length = strlen(question);
}

// Whether the answer is complete with what has come now.
static int complete(int index, const char *data, ssize_t length) {
    if (!path) return data[length - 1] == '\n';
    char *response = responses[index], *body, *header;
    if (response_lengths[index] + length >= RESPONSE) fail("a response too long");
    memcpy(response + response_lengths[index], data, length);
    response_lengths[index] += length;
    response[response_lengths[index]] = 0;
    if (!(body = strstr(response, "\r\n\r\n"))) return 0;
    if (strncmp(response, "HTTP/1.1 200", 12)) {
        fprintf(stderr, "not 200: %.60s\n", response);
        exit(1);
    }
    body += 4;
    int all = (header = strcasestr(response, "\r\nContent-Length:")) && header < body
        ? response + response_lengths[index] >= body + atoi(header + 17)
        : !strncmp(response + response_lengths[index] - 5, "0\r\n\r\n", 5);
    if (all) response_lengths[index] = 0;
    return all;
}

static void ask(int index, double at) {
    asked[index] = at;
    if (!wire_write(&wires[index], question, question_length)) fail("a message could not be sent");
}

static void open_one(int index) {
    struct timeval limit = {.tv_sec = 30};
    wires[index].fd = connect_to(port);
    setsockopt(wires[index].fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
#ifdef WITH_TLS
    if (!use_tls) return;
    wires[index].ssl = SSL_new(tls);
    SSL_set_fd(wires[index].ssl, wires[index].fd);
    if (SSL_connect(wires[index].ssl) != 1) fail("the TLS handshake");
#endif
}

// Opens all. Each is served once before the clock starts, unless prime=0: the server has accepted them all, and its code is warm.
static void open_all(int epoll) {
    for (int from = 0; from < connections; from += BATCH) {
        int to = from + BATCH < connections ? from + BATCH : connections;
        for (int i = from; i < to; i++) {
            open_one(i);
            if (prime) ask(i, 0);
        }
        for (int i = from; i < to; i++) {
            ssize_t length = 0;
            while (prime && ((length = wire_read(&wires[i], input, sizeof input)) <= 0 || !complete(i, input, length)))
                if (length <= 0) fail("the first answer");
            set_non_blocking(wires[i].fd);
            watch(epoll, wires[i].fd, EPOLLIN, i);
        }
    }
}

static void answered(int index, double at, int counts) {
    if (counts) add_time(at - asked[index]);
    idle[idle_tail++ % connections] = index;
    ask(idle[idle_head++ % connections], at);
}

static void requests(int epoll) {
    struct epoll_event events[EVENTS];
    for (int i = 0; i < connections; i++) {
        if (i < active) ask(i, now());
        else idle[idle_tail++ % connections] = i;
    }
    double from = now() + warm, end = from + seconds;
    struct snapshot before = {0};
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, STALL_MS);
        double at = now();
        if (ready == 0) fail("no answer for 10 s: the server is stuck");
        if (!before.at && at >= from) before = snapshot(server);
        if (at >= end) break;
        for (int i = 0; i < ready; i++) {
            int index = events[i].data.u32;
            ssize_t length = wire_read(&wires[index], input, sizeof input);
            if (length == 0) fail("the server closed a connection");
            if (length < 0 || !complete(index, input, length)) continue;
            answered(index, now(), before.at != 0);
        }
    }
    struct snapshot after = snapshot(server);
    if (times == 0) fail("no answer");
    printf("requests_per_s=%.1f p50_us=%.1f p99_us=%.1f max_us=%.1f", times / (after.at - before.at), time_of(0.5), time_of(0.99), longest / 1e3);
    print_costs(before, after, server, "cpu_us", (double)times);
}

// Sends and receives that many bytes, on one connection, as fast as both go.
static void pass(int epoll, long bytes) {
    long sent = 0, received = 0;
    struct epoll_event event;
    while (received < bytes) {
        long piece = bytes - sent < CHUNK ? bytes - sent : CHUNK;
        ssize_t out = piece ? send(wires[0].fd, input, piece, MSG_NOSIGNAL) : -1;
        if (out > 0) sent += out;
        ssize_t in = wire_read(&wires[0], input, sizeof input);
        if (in == 0) fail("the server closed the connection");
        if (in > 0) received += in;
        if (out > 0 || in > 0) continue;
        if (epoll_wait(epoll, &event, 1, STALL_MS) == 0) fail("nothing came for 10 s: the server is stuck");
    }
}

static void transfer(int epoll) {
    memset(input, 'x', sizeof input);
    pass(epoll, bulk / 8);
    struct snapshot before = snapshot(server);
    pass(epoll, bulk);
    struct snapshot after = snapshot(server);
    printf("mib_per_s=%.1f seconds=%.3f", bulk / 1048576.0 / (after.at - before.at), after.at - before.at);
    print_costs(before, after, server, "cpu_us_mib", bulk / 1048576.0);
}

int main(int count, char **words) {
    if (count < 2) return 2;
    options(count, words);
#ifdef WITH_TLS
    if (use_tls) {
        tls = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
        SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256"); // the same for every server
        SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    }
#else
    if (use_tls) fail("built without TLS");
#endif
    wires = calloc(connections, sizeof *wires);
    asked = calloc(connections, sizeof *asked);
    idle = calloc(connections, sizeof *idle);
    if (path) {
        responses = calloc(connections, sizeof *responses);
        response_lengths = calloc(connections, sizeof *response_lengths);
    }
    int epoll = epoll_create1(0);
    if (bulk) connections = 1, prime = 0;
    open_all(epoll);
    if (bulk) transfer(epoll);
    else requests(epoll);
    return 0;
}
