// SPDX-License-Identifier: Apache-2.0

package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
	// A part that ran this long is started again at once.
	steadyAfter = 20 * time.Second
	graceToEnd  = 3 * time.Second
)

// running is a part's present process; pause is how long its next start will wait.
type running struct {
	part    part
	process *os.Process
	started time.Time
	pause   time.Duration
}

// keepRunning starts every part and starts it again whenever it ends, until a
// signal arrives. It is the only place that waits for children, because the
// first process of a PID namespace also inherits orphans such as containerd's shims.
func keepRunning(p plan, ends <-chan os.Signal) {
	children := map[int]*running{}
	due := make(chan *running, len(p.Parts))
	for _, one := range p.Parts {
		startLater(&running{part: one}, due)
	}
	ended := make(chan int, 64)
	go reap(ended)
	for {
		select {
		case r := <-due:
			if err := start(p, r); err != nil {
				log.Printf("%s: %v", r.part.Name, err)
				startLater(r, due)
				continue
			}
			children[r.process.Pid] = r
		case pid := <-ended:
			r, ours := children[pid]
			if !ours {
				continue
			}
			delete(children, pid)
			log.Printf("%s (pid %d here) ended after %s", r.part.Name, pid, time.Since(r.started).Round(time.Millisecond))
			startLater(r, due)
		case <-ends:
			endAll(children)
			return
		}
	}
}

func start(p plan, r *running) error {
	output, err := os.OpenFile(filepath.Join(p.LogsDir, r.part.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer output.Close()
	argv := append([]string{"exec", p.HostProc, filepath.Join(p.RecordsDir, r.part.Name+".json")}, r.part.Argv...)
	command := exec.Command("/proc/self/exe", argv...)
	command.Stdout, command.Stderr = output, output
	command.Env = os.Environ()
	for key, value := range r.part.Env {
		command.Env = append(command.Env, key+"="+value)
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return err
	}
	r.process, r.started = command.Process, time.Now()
	return nil
}

// startLater makes a part due after its pause, and then once what it needs answers.
func startLater(r *running, due chan<- *running) {
	if time.Since(r.started) > steadyAfter {
		r.pause = 0
	}
	time.AfterFunc(r.pause, func() {
		for !answers(r.part.After) {
			time.Sleep(askAgainAfter)
		}
		due <- r
	})
	r.pause = min(max(2*r.pause, firstPause), longestPause)
}

// reap waits for any child. It polls while there is none, which happens only
// in the moments before the first part starts.
func reap(ended chan<- int) {
	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		if pid > 0 {
			ended <- pid
		} else if err == syscall.ECHILD {
			time.Sleep(firstPause)
		}
	}
}

func endAll(children map[int]*running) {
	for _, r := range children {
		_ = r.process.Signal(syscall.SIGTERM)
	}
	time.Sleep(graceToEnd)
}
