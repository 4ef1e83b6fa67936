// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const tokenLifetime = 5 * time.Minute

// newBasicLayer asks for HTTP basic authentication (RFC 7617).
func newBasicLayer(next http.Handler, credentials string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !presents(r, credentials) {
			refuse(w, `Basic realm="registry"`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// tokenLayer follows the distribution token protocol: a 401 names the realm,
// the realm trades a password for a token, the token covers the scope asked for.
type tokenLayer struct {
	next        http.Handler
	credentials string
	mu          sync.Mutex
	tokens      map[string]grant
}

type grant struct {
	scopes  []string
	expires time.Time
}

func newTokenLayer(next http.Handler, credentials string) (http.Handler, error) {
	return &tokenLayer{next: next, credentials: credentials, tokens: map[string]grant{}}, nil
}

func (t *tokenLayer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		t.issue(w, r)
		return
	}
	scope := scopeOf(r)
	if !t.allows(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), scope) {
		challenge := fmt.Sprintf(`Bearer realm="%s://%s/token",service="registry"`, schemeOf(r), r.Host)
		if scope != "" {
			challenge += fmt.Sprintf(`,scope="%s"`, scope)
		}
		refuse(w, challenge)
		return
	}
	t.next.ServeHTTP(w, r)
}

func (t *tokenLayer) issue(w http.ResponseWriter, r *http.Request) {
	if !presents(r, t.credentials) && !presentsForm(r, t.credentials) {
		refuse(w, `Basic realm="registry"`)
		return
	}
	random := make([]byte, 24)
	_, _ = rand.Read(random)
	token := hex.EncodeToString(random)
	_ = r.ParseForm()
	var scopes []string
	for _, value := range r.Form["scope"] {
		scopes = append(scopes, strings.Fields(value)...)
	}
	t.mu.Lock()
	for known, g := range t.tokens {
		if time.Now().After(g.expires) {
			delete(t.tokens, known)
		}
	}
	t.tokens[token] = grant{scopes: scopes, expires: time.Now().Add(tokenLifetime)}
	t.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token": token, "access_token": token,
		"expires_in": int(tokenLifetime.Seconds()), "issued_at": time.Now().UTC().Format(time.RFC3339),
	})
}

func (t *tokenLayer) allows(token, scope string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, known := t.tokens[token]
	if !known || time.Now().After(g.expires) {
		return false
	}
	if scope == "" {
		return true
	}
	name, actions := cutAction(scope)
	for _, granted := range g.scopes {
		grantedName, grantedActions := cutAction(granted)
		if grantedName == name && coversAll(grantedActions, actions) {
			return true
		}
	}
	return false
}

// scopeOf names what a request needs: "repository:NAME:pull" or "...:pull,push".
func scopeOf(r *http.Request) string {
	repository, _, _ := splitPath(r.URL.Path)
	if repository == "" {
		return ""
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return "repository:" + repository + ":pull"
	case http.MethodDelete:
		return "repository:" + repository + ":delete"
	default:
		return "repository:" + repository + ":pull,push"
	}
}

func cutAction(scope string) (name string, actions []string) {
	at := strings.LastIndexByte(scope, ':')
	if at < 0 {
		return scope, nil
	}
	return scope[:at], strings.Split(scope[at+1:], ",")
}

func coversAll(granted, wanted []string) bool {
	have := map[string]bool{}
	for _, one := range granted {
		have[one] = true
	}
	for _, one := range wanted {
		if !have[one] && !have["*"] {
			return false
		}
	}
	return true
}

func presents(r *http.Request, credentials string) bool {
	user, password, ok := r.BasicAuth()
	return ok && same(user+":"+password, credentials)
}

// presentsForm reads the OAuth2 form of the token protocol.
func presentsForm(r *http.Request, credentials string) bool {
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		return false
	}
	return same(r.PostForm.Get("username")+":"+r.PostForm.Get("password"), credentials)
}

func same(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

func refuse(w http.ResponseWriter, challenge string) {
	w.Header().Set("WWW-Authenticate", challenge)
	w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`))
}
