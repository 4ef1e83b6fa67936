// SPDX-License-Identifier: Apache-2.0

// Command health reads Kubernetes objects as JSON, one after the other, and prints for each a line with the verdicts
// of the tools that sync them: kstatus (which Flux and `kpt` use as it is) and Argo CD with a health script.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

type line struct {
	Kstatus verdict `json:"kstatus"`
	Argocd  verdict `json:"argocd"`
}

func main() {
	log.SetFlags(0)
	path := flag.String("lua", "", "health script, as it stands in argocd-cm")
	flag.Parse()
	if *path == "" || flag.NArg() > 0 {
		log.Fatal("usage: health --lua FILE < objects.json")
	}
	script, err := os.ReadFile(*path)
	if err != nil {
		log.Fatal(err)
	}
	if err := judgeAll(os.Stdin, os.Stdout, string(script)); err != nil {
		log.Fatal(err)
	}
}

func judgeAll(in io.Reader, out io.Writer, script string) error {
	decoder, encoder := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		// Like a client of the API server: whole numbers become int64.
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(raw); err != nil {
			return err
		}
		result, err := status.Compute(object)
		if err != nil {
			return err
		}
		judged := line{
			Kstatus: verdict{string(result.Status), result.Message},
			Argocd:  argocdHealth(object, script),
		}
		if err := encoder.Encode(judged); err != nil {
			return err
		}
	}
}
