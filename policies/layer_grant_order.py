"""Grants and the version they are for: rules that look at both."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import LAYER_VERSION, PERMISSION, Resource, version_of

_READ_BACK = ("principal", "statement_id")
_REPLACED_BY = frozenset({"principal", "statement_id", "organization_id"})
_SEVERAL = (
    "Terraform reads back the first statement whichever it is: it replaces the others, and revokes the wrong one."
)


class SeveralPermissions(LayerCheck):
    """The provider knows a version's permissions by the version alone."""

    rule = "CKV2_LAYER_1"
    resources = (PERMISSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        version = _granted(resource)
        if version is None:
            return PASSED if self._kept_apart([resource]) else UNKNOWN
        group = [one for one in resource.siblings(PERMISSION) if _granted(one) == version] or [resource]
        several = len(group) > 1 or _may_be_several(resource)
        if self._kept_apart(group):
            return PASSED
        if several is None:
            return UNKNOWN
        if not several:
            return UNKNOWN if resource.alone else PASSED
        if resource.in_plan and not self._seen_broken(group):
            return UNKNOWN  # a plan does not say which changes are ignored
        return failed(_SEVERAL, "version_number", "lifecycle")

    @staticmethod
    def _kept_apart(group: list[Resource]) -> bool:
        return all(
            one.value("skip_destroy").truth
            and one.ignores(*_READ_BACK, *(() if one.value("organization_id").absent else ("organization_id",)))
            for one in group
        )

    @staticmethod
    def _seen_broken(group: list[Resource]) -> bool:
        planned = [one.planned for one in group if one.planned is not None]
        return any(one.value("skip_destroy").truth is False for one in group) or any(
            "delete" in one.actions and _REPLACED_BY.intersection(one.replace_paths) for one in planned
        )


class ReplacedWithoutGap(LayerCheck):
    """By default the grant goes first, then the version, and only then comes the new one."""

    rule = "CKV2_LAYER_2"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        grants = list(_grants(resource))
        if not grants:
            return UNKNOWN
        if resource.planned is not None:
            return self._planned(resource.planned.actions)
        # A dependency of what is created first is created first as well.
        first = resource.lifecycle("create_before_destroy").truth or any(map(_created_first, grants))
        if not first:
            return failed(_lost(resource, grants), "lifecycle")
        if not all(_created_first(one) or one.value("skip_destroy").truth for one in grants):
            return failed("The grant is taken away before the new version has one.", "lifecycle")
        return PASSED

    @staticmethod
    def _planned(actions: tuple[str, ...]) -> Verdict:
        if actions == ("create", "delete"):
            return PASSED
        if actions == ("delete", "create"):
            return failed("The plan deletes the granted version before the new one is there.", "lifecycle")
        return UNKNOWN  # only a replacement tells


def _lost(layer: Resource, grants: list[Resource]) -> str:
    if not layer.value("skip_destroy").truth:
        return "The granted version is deleted before the new one is there."
    if not all(one.value("skip_destroy").truth for one in grants):
        return "The grant is taken away before the new version is there."
    return "An apply that breaks off in between leaves no version in the state."


def _created_first(grant: Resource) -> bool:
    return grant.lifecycle("create_before_destroy").truth is True


def _grants(layer: Resource) -> Iterator[Resource]:
    name, key = version_of(f"{layer.address.removeprefix(layer.module)}.version") or ("", "")
    for grant in layer.siblings(PERMISSION):
        written = _version_number(grant)
        found = version_of(written)
        if found and found[0] == name and (found[1] == key or not _fixed(found[1]) or not _fixed(key)):
            yield grant


def _version_number(grant: Resource) -> str:
    if grant.planned is not None:
        return next(iter(grant.planned.references("version_number")), "")
    return grant.value("version_number").text


def _fixed(key: str) -> bool:
    return key != "" and not any(word in key for word in ("each.", "count.", "var.", "local.", "*"))


def _granted(grant: Resource) -> str | None:
    """Return what tells the granted version from others in the module; ``None`` where it differs by instance."""
    number = grant.value("version_number")
    if number.known:
        name = grant.value("layer_name").words
        return None if number.absent or name is None else f"{name}:{number.words}"
    written = _version_number(grant)
    if not written or "each." in written or "count." in written or not version_of(written):
        return None
    return written


def _may_be_several(grant: Resource) -> bool | None:
    """Tell whether one block stands for several grants; ``None`` where that is not known."""
    written = grant.repeated
    if not written:
        return False
    if "?" in written and (written.rstrip().endswith((": 0", ":0")) or "[]" in written):
        return False
    return True if "for_each" in grant.arguments else None


SeveralPermissions()
ReplacedWithoutGap()
