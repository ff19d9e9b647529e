// The whole federation, declared in TypeScript. The SDK is generated from the plugin's schema.
import * as aws from "@pulumi/aws";
import * as okta from "@pulumi/okta-identity-center";

declare const alarms: aws.Provider; // for another Region

const sso = new okta.IdentityCenterFederation("sso", {
  app: {
    acsUrl: "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-sandbox",
    issuerUrl: "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    usernameFormat: "${source.login}",
  },
  attributeStatements: [{ key: "Department", value: "user.department" }],
  profileMappings: { displayName: "user.displayName" },
  scimToken: { secret: "okta-identity-center/scim" },
  provisioning: { mode: okta.ProvisioningMode.API, gate: okta.GatePolicy.ENFORCE },
  drift: okta.DriftPolicy.REPORT,
  assignments: {
    groups: [{ name: "aws-access" }],
    users: [{ login: "ada.berg@example.com" }],
    maxDeprovisionedUsers: 5,
  },
  pushGroups: [{ name: "aws-admins" }, { name: "aws-developers" }],
  accountAccess: {
    permissionSets: [
      {
        name: "Developer",
        sessionDuration: "PT8H",
        managedPolicies: ["arn:aws:iam::aws:policy/PowerUserAccess"],
        groups: ["aws-developers"],
        accounts: ["210987654321"],
      },
    ],
  },
  accessControlAttributes: { attributes: { Title: "${path:title}" } },
  tokenExpiryAlarm: { emails: ["identity-team@example.com"], provider: alarms },
  protect: false,
});

export const appId = sso.appId;
export const pushGroups = sso.pushGroups;
