// Command nodejs_sdk writes the Node.js SDK of a Pulumi package:
//
//	nodejs_sdk SCHEMA FOLDER [REFERENCED...]
//
// SCHEMA is the package's schema, FOLDER receives the SDK's sources, and each REFERENCED is the
// schema of a package that SCHEMA refers to.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: nodejs_sdk SCHEMA FOLDER [REFERENCED...]")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func generate(schemaFile, folder string, referenced []string) error {
	known := packages{}
	for _, file := range referenced {
		pkg, err := bind(file, known)
		if err != nil {
			return err
		}
		known[pkg.Name] = pkg
	}
	pkg, err := bind(schemaFile, known)
	if err != nil {
		return err
	}
	files, err := nodejs.GeneratePackage("nodejs_sdk", pkg, nil, nil, true, known)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func bind(file string, known packages) (*schema.Package, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(content, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	pkg, diags, err := schema.BindSpec(spec, known, schema.ValidationOptions{})
	if err == nil && diags.HasErrors() {
		for _, diag := range diags {
			err = errors.Join(err, errors.New(diag.Summary))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	return pkg, nil
}
