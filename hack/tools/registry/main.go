package main

import _ "github.com/google/go-containerregistry/pkg/registry"

func main() {}
