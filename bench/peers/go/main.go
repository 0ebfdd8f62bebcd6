// The Go peer of Patchy.Bench: WORK [SIZE], or serve WORK PORT .... Prints one line "name=value ..." as the others do. One processor unless
// GOMAXPROCS says otherwise, since a hub has one too. PATCHY_BENCH_DIVISOR makes it do only a part of the work.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func main() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	size := 0
	if len(os.Args) > 2 {
		size, _ = strconv.Atoi(os.Args[2])
	}
	switch os.Args[1] {
	case "yield":
		print1("ns", timed(4_000_000, func(n int) { yield(size, n) }))
	case "semaphore", "thread-semaphore", "event":
		print1("ns", timed(1_000_000, pingPong))
	case "spawn":
		print1("ns", timed(1_000_000, spawn))
	case "switch":
		print1("ns", timed(4_000_000, func(n int) { yield(2, n) }))
	case "queue":
		print1("ns", timed(1_000_000, thereAndBack))
	case "pool":
		print1("ns", timed(1_000_000, pool))
	case "lock":
		fmt.Printf("contended_ns=%.1f uncontended_ns=%.2f\n", timed(400_000, contended), timed(50_000_000, uncontended))
	case "sleepers":
		sleepers(size)
	case "rtt":
		print1("ns", timed(100_000, roundTrips()))
	case "fairness":
		fairness(size)
	case "serve":
		serve(os.Args[2], os.Args[3:])
	default:
		os.Exit(2)
	}
}

func print1(name string, value float64) { fmt.Printf("%s=%.1f\n", name, value) }

func timed(operations int, run func(int)) float64 {
	if divisor, err := strconv.Atoi(os.Getenv("PATCHY_BENCH_DIVISOR")); err == nil {
		operations = operations / divisor / 100 * 100
	}
	run(operations / 20 / 100 * 100)
	start := time.Now()
	run(operations)
	return float64(time.Since(start).Nanoseconds()) / float64(operations)
}

// together runs the body in count goroutines and waits for them.
func together(count int, body func()) {
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		go func() { body(); all.Done() }()
	}
	all.Wait()
}

func yield(tasks, operations int) {
	together(tasks, func() {
		for i := 0; i < operations/tasks; i++ {
			runtime.Gosched()
		}
	})
}

func pingPong(operations int) {
	ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
	go func() {
		for i := 0; i < operations/2; i++ {
			<-ping
			pong <- struct{}{}
		}
	}()
	for i := 0; i < operations/2; i++ {
		ping <- struct{}{}
		<-pong
	}
}

// thereAndBack: an item through a channel, and back through a second one.
func thereAndBack(operations int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for i := 0; i < operations; i++ {
			back <- <-there
		}
	}()
	for i := 0; i < operations; i++ {
		there <- i
		<-back
	}
}

// pool: a hundred at a time, by a channel that counts.
func pool(operations int) {
	var all sync.WaitGroup
	all.Add(operations)
	places := make(chan struct{}, 100)
	for i := 0; i < operations; i++ {
		places <- struct{}{}
		go func() { <-places; all.Done() }()
	}
	all.Wait()
}

func spawn(operations int) {
	for done := 0; done < operations; done += 100 {
		together(100, func() {})
	}
}

func uncontended(operations int) {
	var gate sync.Mutex
	sum := 0
	for i := 0; i < operations; i++ {
		gate.Lock()
		sum++
		gate.Unlock()
	}
}

func contended(operations int) {
	var gate sync.Mutex
	sum := 0
	together(4, func() {
		for i := 0; i < operations/4; i++ {
			gate.Lock()
			read := sum
			runtime.Gosched()
			sum = read + 1
			gate.Unlock()
		}
	})
	if sum != operations/4*4 {
		panic("the lock let two in")
	}
}

func usage() (cpuMs, rssKb float64) {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6, float64(u.Maxrss)
}

func sleepers(count int) {
	cpu, rss := usage()
	start := time.Now()
	together(count, func() { time.Sleep(time.Second) })
	wall := time.Since(start)
	cpuEnd, rssEnd := usage()
	fmt.Printf("extra_wall_ms=%.1f cpu_ms=%.1f rss_kb_each=%.2f\n", wall.Seconds()*1000-1000, cpuEnd-cpu, (rssEnd-rss)/float64(count))
}
