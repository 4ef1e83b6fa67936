// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// processRecord mirrors the type ProcessRecord in hack/lib/process-identity.ts.
type processRecord struct {
	// PID as the host sees it.
	PID int `json:"pid"`
	// StartTicks is the start time in clock ticks since boot, field 22 of proc(5) stat.
	StartTicks string `json:"startTicks"`
	// PIDNamespace is the link text of ns/pid, as in "pid:[4026531836]".
	PIDNamespace string `json:"pidNamespace"`
}

// record writes what the host needs to find this very process again. A procfs
// answers "self" with the number in its own PID namespace, here the host's.
func record(hostProc, path string) error {
	link, err := os.Readlink(hostProc + "/self")
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(link)
	if err != nil {
		return err
	}
	stat, err := os.ReadFile(hostProc + "/self/stat")
	if err != nil {
		return err
	}
	namespace, err := os.Readlink(hostProc + "/self/ns/pid")
	if err != nil {
		return err
	}
	// The second field is a name in parentheses that may itself hold spaces.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return fmt.Errorf("%s/self/stat has %d fields", hostProc, len(fields))
	}
	text, err := json.Marshal(processRecord{PID: pid, StartTicks: fields[19], PIDNamespace: namespace})
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func recordAndExec(hostProc, path string, argv []string) error {
	if len(argv) == 0 {
		return fmt.Errorf("nothing to execute")
	}
	if err := record(hostProc, path); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", argv[0], syscall.Exec(argv[0], argv, os.Environ()))
}
