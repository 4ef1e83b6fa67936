// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools names the commands of other modules, so that go.mod and go.sum pin everything they are built from: the peer,
// and the tool that checks the files it reads, of the version it reads them with.
package tools

import (
	_ "github.com/aquasecurity/trivy/cmd/trivy"
	_ "go.etcd.io/bbolt/cmd/bbolt"
)
