// SPDX-License-Identifier: Apache-2.0

// Command supervisor is the first process of a local node's PID namespace.
//
//	supervisor run PLAN.json     make the node's mounts, then start its parts and keep them running
//	supervisor exec HOSTPROC RECORD ARGV  write this process's host PID to RECORD, then become ARGV
//
// The plan is written by hack/cluster/local/plan.ts. When this process ends,
// the kernel ends every process and drops every mount of the node with it.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// networkPatience bounds the life of a node whose maker ended before it was connected.
const networkPatience = 30 * time.Second

// plan mirrors the type Plan in hack/cluster/local/plan.ts.
type plan struct {
	// HostProc is an empty folder where the host's /proc stays visible.
	HostProc string `json:"hostProc"`
	// RecordsDir receives one NAME.json per process.
	RecordsDir string `json:"recordsDir"`
	// LogsDir receives one NAME.log per part.
	LogsDir string `json:"logsDir"`
	// NetworkReady is a file that the host writes once the node has its network.
	NetworkReady string `json:"networkReady"`
	// Binds are mounted in order, after the host's /proc has been moved aside.
	Binds []bind `json:"binds"`
	// Keep lists folders that must stay visible at their own path when a bind covers it.
	Keep  []string `json:"keep"`
	Parts []part   `json:"parts"`
}

type bind struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

type part struct {
	Name string            `json:"name"`
	Argv []string          `json:"argv"`
	Env  map[string]string `json:"env"`
	// After is what must answer before each start: "", "unix:PATH", or an https URL.
	After string `json:"after"`
}

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	log.SetPrefix("supervisor: ")
	if len(os.Args) < 3 {
		log.Fatal("usage: supervisor run PLAN.json | supervisor exec HOSTPROC RECORD ARGV...")
	}
	switch os.Args[1] {
	case "run":
		if err := run(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	case "exec":
		if err := recordAndExec(os.Args[2], os.Args[3], os.Args[4:]); err != nil {
			log.Fatal(err)
		}
	default:
		log.Fatalf("unknown command %q", os.Args[1])
	}
}

func run(planPath string) error {
	text, err := os.ReadFile(planPath)
	if err != nil {
		return err
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("%s: %w", planPath, err)
	}
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	if err := prepareMounts(p); err != nil {
		return err
	}
	if err := record(p.HostProc, p.RecordsDir+"/supervisor.json"); err != nil {
		return err
	}
	if err := waitForFile(p.NetworkReady, networkPatience); err != nil {
		return err
	}
	keepRunning(p, ends)
	return nil
}

func waitForFile(path string, patience time.Duration) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s did not appear in %s", path, patience)
}
