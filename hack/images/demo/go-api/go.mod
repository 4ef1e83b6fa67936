module stellaops.local/demo/go-api

go 1.24

require (
	github.com/dgrijalva/jwt-go v3.2.0+incompatible
	golang.org/x/crypto v0.30.0
)
