// SPDX-License-Identifier: Apache-2.0

// Command detect asks trivy's own matchers which vulnerabilities of a database packages have, without an image.
//
// It reads one target a line, `{"OS":{"Family":"debian","Name":"12.5"},"Packages":[...]}` or
// `{"Type":"npm","Packages":[...]}`, its packages as trivy's JSON has them, and answers each with a line: a list of
// what was detected, in no order.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	bolt "go.etcd.io/bbolt"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	dbtypes "github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy/pkg/detector/library"
	"github.com/aquasecurity/trivy/pkg/detector/ospkg"
	ftypes "github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/aquasecurity/trivy/pkg/log"
	"github.com/aquasecurity/trivy/pkg/types"
	"github.com/aquasecurity/trivy/pkg/vulnerability"
)

type target struct {
	OS       *ftypes.OS
	Type     ftypes.LangType
	Packages []ftypes.Package
}

const maxLine = 64 << 20

func main() {
	folder := flag.String("db", "", "folder with trivy.db and metadata.json")
	flag.Parse()
	log.InitLogger(false, true)
	if err := answer(*folder, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(folder string, questions io.Reader, answers io.Writer) error {
	found, err := metadata.NewClient(folder).Get()
	if err != nil {
		return err
	}
	if found.Version != db.SchemaVersion {
		return fmt.Errorf("schema %d, trivy reads %d", found.Version, db.SchemaVersion)
	}
	// As trivy itself opens it.
	if err := db.Init(folder, db.WithBoltOptions(&bolt.Options{ReadOnly: true})); err != nil {
		return err
	}
	defer db.Close()
	lines := bufio.NewScanner(questions)
	lines.Buffer(nil, maxLine)
	out := json.NewEncoder(answers)
	for lines.Scan() {
		var one target
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return err
		}
		vulnerabilities, err := detect(one)
		if err != nil {
			return err
		}
		if err := out.Encode(vulnerabilities); err != nil {
			return err
		}
	}
	return lines.Err()
}

func detect(one target) ([]types.DetectedVulnerability, error) {
	ctx := context.Background()
	var detected []types.DetectedVulnerability
	var err error
	if one.OS != nil {
		scanned := types.ScanTarget{OS: *one.OS, Packages: one.Packages}
		detected, _, err = ospkg.Detect(ctx, scanned, types.ScanOptions{})
	} else {
		detected, err = library.Detect(ctx, one.Type, one.Packages)
	}
	if err != nil {
		return nil, err
	}
	vulnerability.NewClient(db.Config{}).FillInfo(detected, []dbtypes.SourceID{"auto"})
	if detected == nil {
		return []types.DetectedVulnerability{}, nil
	}
	return detected, nil
}
