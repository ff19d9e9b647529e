"""Behaviour that neither Okta nor AWS documents: what the sandbox guesses, and the alternatives.

Each entry is one switch. Its values are the outcomes of the experiment of the same name of
`okta-idc probe-org`; the first one is the guess. `read_behaviour` turns a record of that command
into settings, so that the sandbox behaves as the recorded org did.
"""

import json
from pathlib import Path
from typing import Any

OUTCOMES: dict[str, tuple[str, ...]] = {
    # Okta's answer to a SCIM connection: "200, UNKNOWN", or as for the apps it documents
    # (docs/research/okta-api.md#connections-and-features), or a refusal.
    "connections": ("unknown", "supported", "refused"),
    # Whether the features API is available for exactly the apps of the connections API.
    "features_api": ("as_connection", "unlike_connection"),
    # The `features` that the app shows once provisioning is enabled.
    "app_features": ("four", "more", "fewer"),
    # What Okta sends when it pushes a whole group: added members, or a replacement of all members.
    "full_push": ("add", "replace"),
    # How AWS treats a PATCH that replaces all members (docs/research/scim.md#group-changes).
    "member_replace": ("reject", "noop204", "apply"),
    # A new push mapping to an existing group of the app, by its name and by its ID.
    "push_by_name": ("refused", "linked"),
    "push_by_id": ("linked", "refused"),
    # Whether groups of other apps, such as Active Directory, can be pushed
    # (docs/research/group-push.md#groups-of-other-apps).
    "push_app_groups": ("accept", "refuse"),
    # How a mapping looks whose push AWS has refused, and whether it can be set ACTIVE again.
    "mapping_error": ("error_with_summary", "error_without_summary", "active_with_summary"),
    "error_retry": ("accepted", "refused"),
    # Users in AWS after the app was deleted.
    "app_deletion": ("users_kept", "users_deactivated", "users_deleted"),
    # Unassigning a user individually whom a group assigns.
    "individual_unassignment": ("refused", "removed", "ignored"),
    # Priorities of group assignments that were created without one.
    "default_priority": ("next", "next_from_one", "zero"),
    # A group rule whose group was deleted, and an attempt to deactivate it.
    "rule_deleted_group": ("invalid", "unchanged", "rule_deleted"),
    "rule_invalid_change": ("refused_400", "refused_403", "accepted"),
    "rule_active_update": ("refused", "accepted"),
    "rule_ternary": ("accepted", "refused"),
    # Okta documents that rules need user.getInternalProperty("status") instead
    # (docs/research/okta-api.md#group-rules).
    "rule_user_status": ("refused", "accepted"),
    "rule_name_limit": ("refused", "accepted"),
    "rule_manual_removal": ("excluded", "not_excluded"),
    "rule_earlier_members": ("kept", "removed"),
    "deactivated_user_groups": ("kept", "removed"),
    "group_user_count": ("all_statuses", "active_only"),
    # Lists: a `limit` above the maximum, an unknown cursor, a slash before the query.
    "limit_above_maximum": ("capped", "refused"),
    "unknown_cursor": ("refused", "first_page", "empty_page"),
    "trailing_slash": ("ignored", "not_found"),
    # Bodies of apps.
    "second_acs_url": ("ignored", "kept", "refused"),
    "unknown_sign_on_key": ("ignored", "kept", "refused"),
    "wrong_type": ("refused", "ignored"),
    "policy_priority": ("kept", "renumbered"),
    "profile_mapping_defaults": ("same_names", "other_expressions"),
    # The attributes of an app's users: those that AWS supports, or others as well.
    "app_user_attributes": ("supported", "others"),
    # The features API, where it is available.
    "unknown_feature": ("not_found", "refused"),
    "unknown_capability": ("refused", "ignored"),
    # The SCIM endpoint of AWS.
    "scim_filter_id": ("found", "refused"),
    "scim_meta_location": ("absent", "present"),
    "scim_user_name_case": ("ignored", "distinguished"),
    "scim_partial_address": ("refused", "accepted"),
    "scim_schemas": ("supported", "others", "absent"),
    "scim_provider_config": ("none", "others"),
}
FORMAT, VERSION = "okta-idc-probe", 1


class BehaviourError(ValueError):
    """The record cannot be used; one line that says why."""


def read_behaviour(path: Path) -> tuple[dict[str, str], list[str]]:
    """The settings of a record, and the experiments whose outcome has no switch.

    An experiment that was not tried keeps the guess.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BehaviourError(f"{path}: cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise BehaviourError(f"{path}: is not a record of `okta-idc probe-org`.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BehaviourError(f"{path}: is not a record of `okta-idc probe-org`.")
    if document.get("version") != VERSION:
        raise BehaviourError(f"{path}: has another version than {VERSION}. Take a new record.")
    results: Any = document.get("results")
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise BehaviourError(f"{path}: `results` is not a list of objects. Take a new record.")
    chosen: dict[str, str] = {}
    unknown: list[str] = []
    for result in results:
        name, outcome = str(result.get("experiment")), result.get("outcome")
        if name not in OUTCOMES:
            raise BehaviourError(f"{path}: {name[:50]!r} is not an experiment of this version.")
        if outcome in OUTCOMES[name]:
            chosen[name] = outcome
        elif outcome is not None:
            unknown.append(name)
    return chosen, unknown
