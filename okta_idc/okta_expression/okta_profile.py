"""The attributes that every Okta user profile has."""

OKTA_ATTRIBUTES = frozenset({
    "city", "costCenter", "countryCode", "department", "displayName", "division", "email",
    "employeeNumber", "firstName", "honorificPrefix", "honorificSuffix", "lastName", "locale",
    "login", "manager", "managerId", "middleName", "mobilePhone", "nickName", "organization",
    "postalAddress", "preferredLanguage", "primaryPhone", "profileUrl", "secondEmail", "state",
    "streetAddress", "timezone", "title", "userType", "zipCode",
})  # fmt: skip
"""The 31 base attributes of an Okta profile (docs/research/okta-api.md#user-profile)."""
