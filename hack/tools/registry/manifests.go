// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// maxManifestBytes is what the distribution specification asks registries to accept at least.
const maxManifestBytes = 4 << 20

// manifestLayer adds to the registry package what it lacks: manifests that
// survive a restart, OCI-Subject, and the whole of the Referrers API
// (distribution-spec 1.1, "Listing Referrers").
type manifestLayer struct {
	next      http.Handler
	dir       string
	referrers bool

	mu sync.Mutex
	// bySubject: repository, subject digest, referrer digest.
	bySubject map[string]map[string]map[string]descriptor
}

type descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// storedManifest is one file under DIR/manifests.
type storedManifest struct {
	Repository  string `json:"repository"`
	Reference   string `json:"reference"`
	ContentType string `json:"contentType"`
	Body        []byte `json:"body"`
}

func newManifestLayer(next http.Handler, dir string, referrers bool) (*manifestLayer, error) {
	m := &manifestLayer{next: next, referrers: referrers, bySubject: map[string]map[string]map[string]descriptor{}}
	if dir == "" {
		return m, nil
	}
	m.dir = filepath.Join(dir, "manifests")
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return nil, err
	}
	return m, m.reload()
}

func (m *manifestLayer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	repository, kind, reference := splitPath(r.URL.Path)
	switch {
	case kind == "referrers" && m.referrers && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		m.list(w, r, repository, reference)
	case kind == "manifests" && r.Method == http.MethodPut:
		m.put(w, r, repository, reference)
	case kind == "manifests" && r.Method == http.MethodDelete:
		m.remove(w, r, repository, reference)
	default:
		m.next.ServeHTTP(w, r)
	}
}

func (m *manifestLayer) put(w http.ResponseWriter, r *http.Request, repository, reference string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifestBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	digest := digestOf(body)
	if strings.Contains(reference, ":") && reference != digest {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"errors":[{"code":"DIGEST_INVALID","message":"the manifest has another digest"}]}`))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	stored := storedManifest{repository, reference, r.Header.Get("Content-Type"), body}
	one, subject := asReferrer(stored)
	if subject != "" && m.referrers {
		w.Header().Set("OCI-Subject", subject)
	}
	status := &statusWriter{ResponseWriter: w}
	m.next.ServeHTTP(status, r)
	if status.code != http.StatusCreated {
		return
	}
	m.remember(repository, subject, one)
	if m.dir != "" {
		byDigest := stored
		byDigest.Reference = digest
		if err := errors.Join(m.save(byDigest), m.save(stored)); err != nil {
			log.Printf("manifest not saved: %v", err)
		}
	}
}

func (m *manifestLayer) remove(w http.ResponseWriter, r *http.Request, repository, reference string) {
	status := &statusWriter{ResponseWriter: w}
	m.next.ServeHTTP(status, r)
	if status.code != http.StatusAccepted {
		return
	}
	m.mu.Lock()
	for _, referrers := range m.bySubject[repository] {
		delete(referrers, reference)
	}
	m.mu.Unlock()
	if m.dir != "" {
		_ = os.Remove(m.file(repository, reference))
	}
}

// asReferrer describes a manifest and names its subject, "" when it has none.
func asReferrer(stored storedManifest) (descriptor, string) {
	var seen struct {
		ArtifactType string            `json:"artifactType"`
		Annotations  map[string]string `json:"annotations"`
		Subject      struct {
			Digest string `json:"digest"`
		} `json:"subject"`
		Config struct {
			MediaType string `json:"mediaType"`
		} `json:"config"`
	}
	if json.Unmarshal(stored.Body, &seen) != nil {
		return descriptor{}, ""
	}
	artifactType := seen.ArtifactType
	if artifactType == "" {
		artifactType = seen.Config.MediaType
	}
	return descriptor{
		MediaType: stored.ContentType, Digest: digestOf(stored.Body), Size: len(stored.Body),
		ArtifactType: artifactType, Annotations: seen.Annotations,
	}, seen.Subject.Digest
}

func (m *manifestLayer) remember(repository, subject string, one descriptor) {
	if subject == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	subjects := m.bySubject[repository]
	if subjects == nil {
		subjects = map[string]map[string]descriptor{}
		m.bySubject[repository] = subjects
	}
	if subjects[subject] == nil {
		subjects[subject] = map[string]descriptor{}
	}
	subjects[subject][one.Digest] = one
}

// list answers an unknown subject with an empty index, as the specification asks.
func (m *manifestLayer) list(w http.ResponseWriter, r *http.Request, repository, subject string) {
	wanted := r.URL.Query().Get("artifactType")
	found := []descriptor{}
	m.mu.Lock()
	for _, one := range m.bySubject[repository][subject] {
		if wanted == "" || one.ArtifactType == wanted {
			found = append(found, one)
		}
	}
	m.mu.Unlock()
	sort.Slice(found, func(i, j int) bool { return found[i].Digest < found[j].Digest })
	w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	if wanted != "" {
		w.Header().Set("OCI-Filters-Applied", "artifactType")
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": found,
	})
}

func (m *manifestLayer) save(stored storedManifest) error {
	text, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	path := m.file(stored.Repository, stored.Reference)
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (m *manifestLayer) file(repository, reference string) string {
	return filepath.Join(m.dir, url.QueryEscape(repository+"@"+reference)+".json")
}

// reload puts saved manifests back, images before the indexes that name them.
func (m *manifestLayer) reload() error {
	paths, err := filepath.Glob(filepath.Join(m.dir, "*.json"))
	if err != nil {
		return err
	}
	var waiting []storedManifest
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var stored storedManifest
		if err := json.Unmarshal(text, &stored); err != nil {
			return err
		}
		waiting = append(waiting, stored)
	}
	// An index of indexes needs as many rounds as it is deep.
	for len(waiting) > 0 {
		var refused []storedManifest
		for _, stored := range waiting {
			if !m.replay(stored) {
				refused = append(refused, stored)
			}
		}
		if len(refused) == len(waiting) {
			log.Printf("%d saved manifests name others that are gone; left out", len(refused))
			return nil
		}
		waiting = refused
	}
	return nil
}

func (m *manifestLayer) replay(stored storedManifest) bool {
	target := &url.URL{Path: "/v2/" + stored.Repository + "/manifests/" + stored.Reference}
	request := &http.Request{
		Method: http.MethodPut, URL: target, Header: http.Header{"Content-Type": {stored.ContentType}},
		Body: io.NopCloser(bytes.NewReader(stored.Body)),
	}
	answer := httptest.NewRecorder()
	m.next.ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		return false
	}
	one, subject := asReferrer(stored)
	m.remember(stored.Repository, subject, one)
	return true
}

// splitPath takes "/v2/NAME/KIND/REFERENCE" apart; NAME may hold slashes.
func splitPath(path string) (repository, kind, reference string) {
	parts := strings.Split(strings.TrimPrefix(path, "/v2/"), "/")
	if !strings.HasPrefix(path, "/v2/") || len(parts) < 3 {
		return "", "", ""
	}
	for at := len(parts) - 2; at > 0; at-- {
		switch parts[at] {
		case "manifests", "referrers", "tags", "blobs":
			return strings.Join(parts[:at], "/"), parts[at], strings.Join(parts[at+1:], "/")
		}
	}
	return "", "", ""
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

type statusWriter struct {
	http.ResponseWriter
	code int
}

func (s *statusWriter) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
