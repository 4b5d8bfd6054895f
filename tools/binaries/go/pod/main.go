// Command pod is what runs in the pods of throw-away clusters, statically linked so that an image
// needs nothing else: "pod pause" holds a pod's namespaces, "pod serve <port>" is a backend.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
)

const version = "1.0.0"

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "--version":
		fmt.Println("pod " + version)
	case len(os.Args) == 2 && os.Args[1] == "pause":
		pause()
	case len(os.Args) == 3 && os.Args[1] == "serve":
		serve(os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "usage: pod pause | pod serve <port> | pod --version")
		os.Exit(2)
	}
}

// pause waits to be ended, and reaps the orphans that process 1 of a shared namespace gets.
func pause() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
				break
			}
		}
	}
}

// serve greets each TCP connection with one line and then sends back what it receives; a datagram
// is answered with the same line. The line says who answers and whom it believes it talks to: its
// host name, the peer's address, and, when a connection begins with a PROXY protocol header of
// version 2, the client's address as that header tells it.
func serve(port string) {
	identity, _ := os.Hostname()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() { <-signals; os.Exit(0) }()
	datagrams, err := net.ListenPacket("udp", ":"+port)
	check(err)
	go answerDatagrams(datagrams, identity)
	connections, err := net.Listen("tcp", ":"+port)
	check(err)
	for {
		connection, err := connections.Accept()
		check(err)
		go answerConnection(connection, identity)
	}
}

func answerDatagrams(socket net.PacketConn, identity string) {
	buffer := make([]byte, 65536)
	for {
		_, peer, err := socket.ReadFrom(buffer)
		check(err)
		_, _ = socket.WriteTo([]byte(identity+" "+hostOf(peer)), peer)
	}
}

func answerConnection(connection net.Conn, identity string) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	line := identity + " " + hostOf(connection.RemoteAddr())
	if os.Getenv("PROXY_PROTOCOL") == "v2" {
		client, err := proxied(reader)
		if err != nil {
			return
		}
		line += " " + client
	}
	if _, err := io.WriteString(connection, line+"\n"); err != nil {
		return
	}
	_, _ = io.Copy(connection, reader)
}

// proxied reads a PROXY protocol header of version 2 and returns the client's IPv4 address.
func proxied(reader io.Reader) (string, error) {
	header := make([]byte, 16)
	if _, err := io.ReadFull(reader, header); err != nil {
		return "", err
	}
	body := make([]byte, int(header[14])<<8|int(header[15]))
	if _, err := io.ReadFull(reader, body); err != nil {
		return "", err
	}
	if header[13] != 0x11 || len(body) < 12 {
		return "no IPv4", nil
	}
	return net.IP(body[:4]).String(), nil
}

func hostOf(address net.Addr) string {
	host, _, err := net.SplitHostPort(address.String())
	check(err)
	return net.ParseIP(host).String()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
