// SPDX-License-Identifier: Apache-2.0

// Command registry is a small OCI registry for development and tests: the
// Referrers API, storage in a folder, optional basic or bearer authentication,
// and optional TLS. It is static, so it also runs in an image from scratch.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

type options struct {
	listen    string
	dir       string
	basic     string
	token     bool
	referrers bool
	tlsCert   string
	tlsKey    string
	quiet     bool
}

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	o := parse()
	handler, err := newHandler(o)
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(o, handler); err != nil {
		log.Fatal(err)
	}
}

func parse() options {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:5000", "address to listen on; port 0 takes a free one")
	flag.StringVar(&o.dir, "dir", "", "folder for blobs and manifests; empty keeps them in memory")
	flag.StringVar(&o.basic, "basic", "", "user:password that requests must carry")
	flag.BoolVar(&o.token, "token", false, "with --basic: ask for a bearer token that /token hands out for the password")
	flag.BoolVar(&o.referrers, "referrers", true, "serve the Referrers API; false leaves clients the tag fallback")
	flag.StringVar(&o.tlsCert, "tls-cert", "", "PEM certificate chain")
	flag.StringVar(&o.tlsKey, "tls-key", "", "PEM private key")
	flag.BoolVar(&o.quiet, "quiet", false, "do not log requests")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}
	if (o.tlsCert == "") != (o.tlsKey == "") {
		log.Fatal("--tls-cert and --tls-key belong together")
	}
	if o.basic != "" && !strings.Contains(o.basic, ":") {
		log.Fatal("--basic wants user:password")
	}
	if o.token && o.basic == "" {
		log.Fatal("--token wants --basic user:password")
	}
	return o
}

func newHandler(o options) (http.Handler, error) {
	registryOptions := []registry.Option{registry.WithReferrersSupport(false)}
	if o.quiet {
		registryOptions = append(registryOptions, registry.Logger(log.New(discard{}, "", 0)))
	}
	if o.dir != "" {
		if err := os.MkdirAll(o.dir+"/blobs", 0o755); err != nil {
			return nil, err
		}
		registryOptions = append(registryOptions, registry.WithBlobHandler(registry.NewDiskBlobHandler(o.dir+"/blobs")))
	}
	manifests, err := newManifestLayer(registry.New(registryOptions...), o.dir, o.referrers)
	if err != nil {
		return nil, err
	}
	switch {
	case o.token:
		return newTokenLayer(manifests, o.basic)
	case o.basic != "":
		return newBasicLayer(manifests, o.basic), nil
	default:
		return manifests, nil
	}
}

// serve prints the address on stdout once connections are accepted.
func serve(o options, handler http.Handler) error {
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		ends := make(chan os.Signal, 1)
		signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
		<-ends
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}()
	scheme := "http"
	if o.tlsCert != "" {
		scheme = "https"
	}
	fmt.Printf("%s://%s\n", scheme, listener.Addr())
	if o.tlsCert != "" {
		err = server.ServeTLS(listener, o.tlsCert, o.tlsKey)
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
