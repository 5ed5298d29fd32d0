"""How a layer version is published: what its content is held by, and what becomes of the version before it."""

from __future__ import annotations

import re

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import LAYER_VERSION, Resource

_BASE64_SHA256 = re.compile(r"[A-Za-z0-9+/]{43}=")
_HASHING = re.compile(
    r"(?:filebase64sha256|base64sha256\(\s*file)\(.*\)"
    r"|(?:data|module|local|aws_\w+|archive_file)\.\S+\.(?:output_base64sha256|source_code_hash|code_sha256)",
    re.DOTALL,
)
_OF_A_NAME = re.compile(r"""^base64sha256\(\s*["'][^"']*["']\s*\)$""")
_OF_ANOTHER_FILE = re.compile(r"""sha256\(\s*(?:file\()?[^()]*\.(?!zip\b|jar\b)\w+["']\s*\)""")
_NEVER_THE_SAME = re.compile(r"\b(?:timestamp|uuid|plantimestamp|bcrypt)\(")

_ABSOLUTE = re.compile(r"^(?:/|~|[A-Za-z]:[\\/])|\bpath\.cwd\b|\b(?:abspath|pathexpand)\(")
_NAMED_BY_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![0-9A-Za-z])"
    r"|\b(?:file)?(?:base64)?(?:md5|sha1|sha256|sha512)\(|\.output_(?:base64sha|md5|sha)\w*|\b(?:timestamp|uuid)\("
)
_PLAIN_PATH = re.compile(r"(?:\$\{path\.(?:module|root)\}|path\.(?:module|root)\b)?[\w./ @+=,-]+")


class SourceCodeHash(LayerCheck):
    """Without it, changed content is not published, and nobody reviews what content there is."""

    rule = "CKV_LAYER_4"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        digest = resource.value("source_code_hash")
        if digest.absent or digest.words == "" or not resource.writes("source_code_hash"):
            return failed("There is no hash to hold the content against.", "source_code_hash")
        if _OF_A_NAME.search(digest.text):
            return failed("This is the hash of a name, whatever the content.", "source_code_hash")
        if _NEVER_THE_SAME.search(digest.text):
            return failed("This is new at every run: so is the layer version.", "source_code_hash")
        if _OF_ANOTHER_FILE.search(digest.text):
            return UNKNOWN  # of the requirements, for one: it moves with the content only as far as that is pinned
        if _BASE64_SHA256.fullmatch(digest.words or "") or _HASHING.fullmatch(digest.text):
            return PASSED
        return UNKNOWN


class SkipDestroy(LayerCheck):
    """A replaced version is deleted while functions still name it."""

    rule = "CKV_LAYER_5"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        kept = resource.value("skip_destroy")
        if kept.truth:
            return PASSED
        if kept.absent or kept.truth is False:
            return failed("The next content deletes this version, which functions may still name.", "skip_destroy")
        return UNKNOWN


class FileName(LayerCheck):
    """Another `filename` publishes a new version, whatever the content."""

    rule = "CKV_LAYER_6"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        name = resource.value("filename")
        if name.absent:
            return UNKNOWN  # through S3
        if resource.ignores("filename"):
            return PASSED
        written = name.words if name.known else name.text
        if not written:
            return UNKNOWN
        if _ABSOLUTE.search(written):
            return failed("Another folder or machine publishes the same content again.", "filename")
        if _NAMED_BY_HASH.search(written):
            return failed("The name changes by itself, and each change publishes a version.", "filename")
        return PASSED if _PLAIN_PATH.fullmatch(written) and (name.known or "path." in written) else UNKNOWN


SourceCodeHash()
SkipDestroy()
FileName()
