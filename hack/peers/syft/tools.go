// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools names the peer's command, so that go.mod and go.sum pin everything it is built from.
package tools

import _ "github.com/anchore/syft/cmd/syft"
