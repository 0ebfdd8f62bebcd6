// Stands for a database: answers every message with itself, DELAY ms later, on any number of connections.
//   delay PORT MILLISECONDS
#include "wire.h"
#include <time.h>

enum { MOST = 65536, BATCH = 256, MESSAGE = 64 };

// The delay is the same for all, so the answers are due in the order of the questions: a ring is enough.
struct answer {
    long due;
    int fd, length;
    char text[MESSAGE];
};
static struct answer ring[MOST];
static unsigned head, tail;

static long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    long delay = atol(words[2]) * 1000;
    int epoll = epoll_create1(0), listener = listen_on(atoi(words[1]));
    watch(epoll, listener, EPOLLIN, listener);
    struct epoll_event events[BATCH];
    for (;;) {
        long wait = -1;
        if (head != tail) {
            wait = (ring[head % MOST].due - now_us() + 999) / 1000;
            if (wait < 0) wait = 0;
        }
        int ready = epoll_wait(epoll, events, BATCH, (int)wait);
        long now = now_us();
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.u32;
            if (fd == listener) {
                int one;
                while ((one = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    no_delay(one);
                    watch(epoll, one, EPOLLIN, one);
                }
                continue;
            }
            struct answer *next = &ring[tail % MOST];
            ssize_t length = recv(fd, next->text, MESSAGE, 0);
            if (length > 0) {
                next->fd = fd;
                next->length = (int)length;
                next->due = now + delay;
                tail++;
            } else if (length == 0 || errno != EAGAIN) {
                close(fd);
            }
        }
        now = now_us();
        for (; head != tail && ring[head % MOST].due <= now; head++) {
            struct answer *due = &ring[head % MOST];
            send(due->fd, due->text, due->length, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}
