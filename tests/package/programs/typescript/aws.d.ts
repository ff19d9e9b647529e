// The SDK needs only the class Provider, so the large package is not installed.
declare module "@pulumi/aws" {
  import * as pulumi from "@pulumi/pulumi";
  export class Provider extends pulumi.ProviderResource {}
}
