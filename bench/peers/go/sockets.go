package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve: echo PORT [BUFFER], tls PORT CERTIFICATE KEY, legacy PORT DATABASE-PORT.
func serve(work string, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	check(err)
	handle := func(connection net.Conn) { echo(connection, 4096) }
	switch work {
	case "echo":
		if len(args) > 1 {
			size, _ := strconv.Atoi(args[1])
			handle = func(connection net.Conn) { echo(connection, size) }
		}
	case "tls":
		certificate, err := tls.LoadX509KeyPair(args[1], args[2])
		check(err)
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	case "legacy":
		handle = func(connection net.Conn) { askDatabase(connection, args[1]) }
	default:
		os.Exit(2)
	}
	for {
		connection, err := listener.Accept()
		check(err)
		go handle(connection)
	}
}

func echo(connection net.Conn, size int) {
	defer connection.Close()
	buffer := make([]byte, size)
	for {
		length, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err = connection.Write(buffer[:length]); err != nil {
			return
		}
	}
}

// askDatabase answers each line with what the database says to it.
func askDatabase(connection net.Conn, port string) {
	defer connection.Close()
	database, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return
	}
	defer database.Close()
	questions, answers := bufio.NewReader(connection), bufio.NewReader(database)
	for {
		question, err := questions.ReadString('\n')
		if err != nil {
			return
		}
		if _, err = database.Write([]byte(question)); err != nil {
			return
		}
		answer, err := answers.ReadString('\n')
		if err != nil {
			return
		}
		if _, err = connection.Write([]byte(answer)); err != nil {
			return
		}
	}
}

func pair() (net.Conn, net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	client, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	server, err := listener.Accept()
	check(err)
	return client, server
}

// roundTrips: a message of 32 bytes to another goroutine and back.
func roundTrips() func(int) {
	client, server := pair()
	go echo(server, 4096)
	return func(count int) {
		message := make([]byte, 32)
		for i := 0; i < count; i++ {
			_, err := client.Write(message)
			check(err)
			_, err = client.Read(message)
			check(err)
		}
	}
}

// fairness: how late a timer of 10 ms is while another goroutine receives from a sender that never ends. The sender is a process of its own, on port.
func fairness(port int) {
	connection, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	check(err)
	milliseconds, _ := strconv.Atoi(os.Args[3])
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	done, bytes := make(chan bool), 0
	go func() {
		buffer := make([]byte, 512)
		for time.Now().Before(end) {
			length, err := connection.Read(buffer)
			check(err)
			bytes += length
		}
		done <- true
	}()
	var late []float64
	for time.Now().Before(end) {
		start := time.Now()
		time.Sleep(10 * time.Millisecond)
		late = append(late, time.Since(start).Seconds()*1000-10)
	}
	<-done
	sort.Float64s(late)
	fmt.Printf("worst_late_ms=%.2f median_late_ms=%.2f mib_per_s=%.1f timers=%d\n",
		late[len(late)-1], late[len(late)/2], float64(bytes)/1048576/(float64(milliseconds)/1000), len(late))
}
