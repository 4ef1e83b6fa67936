// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"syscall"
)

// prepareMounts gives the node its own /proc and its own /run, /var and so on.
// All of it lives in this process's mount namespace only.
func prepareMounts(p plan) error {
	// Opened before a bind can hide them.
	kept := make([]*os.File, 0, len(p.Keep))
	for _, path := range p.Keep {
		folder, err := os.Open(path)
		if err != nil {
			return err
		}
		defer folder.Close()
		kept = append(kept, folder)
	}
	if err := mount("/proc", p.HostProc, "", syscall.MS_BIND|syscall.MS_REC); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC); err != nil {
		return err
	}
	for _, b := range p.Binds {
		if err := mount(b.Source, b.Target, "", syscall.MS_BIND|syscall.MS_REC); err != nil {
			return err
		}
	}
	for _, folder := range kept {
		if err := showAgain(folder); err != nil {
			return err
		}
	}
	// Pods may ask for mount propagation, which needs shared mounts. The peers
	// are this namespace's alone: it was made private when it was created.
	return mount("", "/", "", syscall.MS_SHARED|syscall.MS_REC)
}

// showAgain binds an opened folder to its own path if another mount covers it now.
func showAgain(folder *os.File) error {
	before, err := folder.Stat()
	if err != nil {
		return err
	}
	if now, err := os.Stat(folder.Name()); err == nil && os.SameFile(before, now) {
		return nil
	}
	if err := os.MkdirAll(folder.Name(), 0o755); err != nil {
		return err
	}
	return mount(fmt.Sprintf("/proc/self/fd/%d", folder.Fd()), folder.Name(), "", syscall.MS_BIND|syscall.MS_REC)
}

func mount(source, target, kind string, flags uintptr) error {
	if err := syscall.Mount(source, target, kind, flags, ""); err != nil {
		return fmt.Errorf("mount %q on %q: %w", source, target, err)
	}
	return nil
}
