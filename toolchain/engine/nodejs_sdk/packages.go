package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// packages resolves references between schemas by package name, from files only: it starts no
// plugin and downloads nothing.
type packages map[string]*schema.Package

func (p packages) LoadPackageV2(
	_ context.Context, wanted *schema.PackageDescriptor,
) (*schema.Package, error) {
	if pkg, ok := p[wanted.PackageName()]; ok {
		return pkg, nil
	}
	return nil, fmt.Errorf("the schema refers to package %s: pass its schema too", wanted)
}

func (p packages) LoadPackageReferenceV2(
	ctx context.Context, wanted *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	pkg, err := p.LoadPackageV2(ctx, wanted)
	if err != nil {
		return nil, err
	}
	return pkg.Reference(), nil
}

func (p packages) LoadPackage(name string, version *semver.Version) (*schema.Package, error) {
	return p.LoadPackageV2(context.Background(), &schema.PackageDescriptor{Name: name, Version: version})
}

func (p packages) LoadPackageReference(
	name string, version *semver.Version,
) (schema.PackageReference, error) {
	return p.LoadPackageReferenceV2(
		context.Background(), &schema.PackageDescriptor{Name: name, Version: version})
}
