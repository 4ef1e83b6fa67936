// SPDX-License-Identifier: Apache-2.0

// Command server is a tiny login service with two outdated dependencies, so
// that the demo has a static Go binary with findings.
package main

import (
	"log"
	"net/http"
	"time"

	"github.com/dgrijalva/jwt-go"
	"golang.org/x/crypto/bcrypt"
)

func main() {
	key := []byte("demo")
	hash, err := bcrypt.GenerateFromPassword([]byte("demo"), bcrypt.MinCost)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		if bcrypt.CompareHashAndPassword(hash, []byte(r.FormValue("password"))) != nil {
			http.Error(w, "wrong password", http.StatusForbidden)
			return
		}
		claims := jwt.StandardClaims{ExpiresAt: time.Now().Add(time.Hour).Unix()}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(token))
	})
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
