// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	askAgainAfter = 50 * time.Millisecond
	askPatience   = 2 * time.Second
)

// The API server's readiness is no secret, so who answers is not checked.
var client = &http.Client{
	Timeout: askPatience,
	Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		DisableKeepAlives: true,
	},
}

// answers tells whether "unix:PATH" accepts connections, or an https URL says 200.
func answers(address string) bool {
	if address == "" {
		return true
	}
	if path, isSocket := strings.CutPrefix(address, "unix:"); isSocket {
		connection, err := net.DialTimeout("unix", path, askPatience)
		if err != nil {
			return false
		}
		connection.Close()
		return true
	}
	response, err := client.Get(address)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
