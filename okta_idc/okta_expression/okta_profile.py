"""The attributes that every Okta user profile has, and the properties outside of it."""

OKTA_ATTRIBUTES = frozenset({
    "city", "costCenter", "countryCode", "department", "displayName", "division", "email",
    "employeeNumber", "firstName", "honorificPrefix", "honorificSuffix", "lastName", "locale",
    "login", "manager", "managerId", "middleName", "mobilePhone", "nickName", "organization",
    "postalAddress", "preferredLanguage", "primaryPhone", "profileUrl", "secondEmail", "state",
    "streetAddress", "timezone", "title", "userType", "zipCode",
})  # fmt: skip
"""The 31 base attributes of an Okta profile (docs/research/okta-api.md#user-profile)."""

INTERNAL_PROPERTIES = (
    "id", "status", "created", "lastUpdated", "passwordChanged", "lastLogin",
)  # fmt: skip
"""Properties of a user outside of the profile (docs/research/okta-api.md#expressions)."""
