// What is measured: times in buckets, and what /proc says of the server.
#pragma once
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

// Buckets at most 1/64 wide, so that millions of times cost no memory that would push the connections out of the caches.
enum { SUB_BITS = 6 };
static long buckets[64 << SUB_BITS], times, longest;

static inline void add_time(double seconds) {
    long ns = (long)(seconds * 1e9);
    int magnitude = 63 - __builtin_clzl((unsigned long)ns | 1) - SUB_BITS;
    if (magnitude < 0) magnitude = 0;
    buckets[((long)magnitude << SUB_BITS) + (ns >> magnitude)]++;
    times++;
    if (ns > longest) longest = ns;
}

// The time in microseconds that this share of all did not exceed.
static inline double time_of(double share) {
    long left = (long)(times * share);
    for (int b = 0; b < 64 << SUB_BITS; b++) {
        if ((left -= buckets[b]) >= 0) continue;
        int magnitude = (b >> SUB_BITS) - 1;
        if (magnitude < 0) magnitude = 0;
        return (double)(b - ((long)magnitude << SUB_BITS)) * (1L << magnitude) / 1e3;
    }
    return longest / 1e3;
}

// User and system time of a process, all of its threads, in seconds.
static inline double cpu_of(int pid) {
    char path[64], line[1024], *from;
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (fgets(line, sizeof line, file) && (from = strrchr(line, ')')))
        sscanf(from + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    fclose(file);
    return (double)(user + kernel) / sysconf(_SC_CLK_TCK);
}

static inline long status_of(int pid, const char *name) {
    char path[64], line[256];
    long value = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name))) sscanf(line + strlen(name), "%ld", &value);
    fclose(file);
    return value;
}

static inline double own_cpu(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

struct snapshot {
    double at, server, own;
};

static inline struct snapshot snapshot(int server) {
    struct snapshot s = {now(), server ? cpu_of(server) : 0, own_cpu()};
    return s;
}

// The part of the line that all works share. done: in what the processor time is counted (requests, GiB).
static inline void print_costs(struct snapshot from, struct snapshot to, int server, const char *unit, double done) {
    if (server)
        printf(" %s=%.3f server_busy=%.0f rss_mb=%.1f os_threads=%ld", unit, (to.server - from.server) * 1e6 / done,
               (to.server - from.server) * 100 / (to.at - from.at), status_of(server, "VmHWM:") / 1024.0, status_of(server, "Threads:"));
    printf(" load_busy=%.0f\n", (to.own - from.own) * 100 / (to.at - from.at));
}
