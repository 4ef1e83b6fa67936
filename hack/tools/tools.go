// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools names the commands of other modules that scripts and tests run,
// so that go.mod and go.sum pin everything they are built from.
package tools

import (
	_ "github.com/google/go-containerregistry/cmd/crane"
	_ "sigs.k8s.io/kind"
)
