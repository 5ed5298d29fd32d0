"""The kinds of text that only functions and Regions have. A validator judges one value."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from layerforge.facts.load import load_facts
from layerforge.names import BUCKET, CHANNEL, CHANNEL_CHARACTERS, LAYER_NAME, SHA256, SIGNING_PROFILE
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, own_name, text_pattern, visible_lines
from layerforge.spec.show import show

_FACTS: Final = load_facts().functions
_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_ALIAS: Final = re.compile(rf"(?![0-9]+$)[A-Za-z0-9_-]{{1,{_FACTS.alias_characters}}}")
_GROUP: Final = re.compile(rf"[A-Za-z0-9./_#-]{{1,{_FACTS.log_group_characters}}}")
_HANDLER: Final = re.compile(rf"\S{{1,{_FACTS.handler_characters}}}")
_TAG_SIGNS: Final = frozenset("_.:/=+-@")
_BASE64_DIGEST: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_KEY_BYTES: Final = 1024
_PROFILE_ARN: Final = re.compile(r"arn:aws[a-z-]*:signer:[^/]*/signing-profiles/(?P<name>[A-Za-z0-9_]+)(?:/.*)?")


def _bucket(value: str) -> str:
    if BUCKET.fullmatch(value) and ".." not in value:
        return value
    hint = "a bucket's name has 3 to 63 lower-case letters, digits, `-` and `.`"
    if value.startswith("s3://"):
        hint = f"write the name alone: {show(value[5:].split('/', maxsplit=1)[0])}"
    elif value.startswith("arn:"):
        hint = f"write the name alone: {show(value.rpartition(':')[2].split('/')[0])}"
    raise problem("SPEC049", f"{show(value)} is not the name of a bucket", hint)


def _object_key(value: str) -> str:
    if len(value.encode()) > _KEY_BYTES:
        raise problem("SPEC049", f"{show(value)} is longer than the {_KEY_BYTES} bytes of a key in S3", "shorten it")
    if value.startswith(("s3://", "/")):
        hint = "write the key alone: what follows the bucket and its slash"
        raise problem("SPEC049", f"{show(value)} is not the key of an object", hint)
    return value


def _digest(value: str) -> str:
    if SHA256.fullmatch(value):
        return value
    hint = "write the 64 lower-case hexadecimal digits that `sha256sum` prints"
    if SHA256.fullmatch(value.lower()):
        hint = f"write it in lower case: {show(value.lower())}"
    elif _BASE64_DIGEST.fullmatch(value):
        hint += "; this is base64, as Lambda shows it"
    raise problem("SPEC049", f"{show(value)} is not a SHA-256 digest", hint)


def _signing_profile(value: str) -> str:
    if SIGNING_PROFILE.fullmatch(value):
        return value
    found = _PROFILE_ARN.fullmatch(value)
    hint = "it has 2 to 64 letters, digits and `_`: `platform_layers`"
    if found is not None:
        hint = f"write the name alone: {show(found['name'])}"
    raise problem("SPEC058", f"{show(value)} is not the name of a signing profile", hint)


def _variable(value: str) -> str:
    if value in _FACTS.reserved_environment:
        raise problem("SPEC050", f"Lambda sets {show(value)} itself", "choose another name")
    if not _VARIABLE.fullmatch(value):
        rule = "two or more letters, digits and `_`, and a letter at the beginning"
        raise problem("SPEC050", f"{show(value)} cannot name an environment variable", f"it takes {rule}")
    return value


def _alias(value: str) -> str:
    if _ALIAS.fullmatch(value):
        return value
    if value == "$LATEST":
        hint = "`$LATEST` is there by itself; an alias points to a published version"
    elif value.isdigit():
        hint = "versions have numbers; an alias has letters: `live`"
    else:
        hint = f"it takes up to {_FACTS.alias_characters} letters, digits, `-` and `_`: `live`"
    raise problem("SPEC051", f"{show(value)} cannot name an alias", hint)


def channel_name(value: str) -> str:
    """Return the name of a channel, or say why it cannot be one."""
    if value.strip("$").lower() == "latest":
        hint = "a layer's name alone stands for its newest version; a channel has another name, such as `stable`"
        raise problem("SPEC051", f"{show(value)} is not a channel: a channel is moved by people", hint)
    if not CHANNEL.fullmatch(value) or value.isdigit():
        hint = f"it takes up to {CHANNEL_CHARACTERS} letters, digits, `-` and `_`: `stable`"
        raise problem("SPEC051", f"{show(value)} cannot name a channel", hint)
    return value


def _handler(value: str) -> str:
    if not _HANDLER.fullmatch(value):
        hint = f"it has up to {_FACTS.handler_characters} characters and no spaces: `handler.lambda_handler`"
        raise problem("SPEC052", f"{show(value)} is not a handler", hint)
    return value


def _log_group(value: str) -> str:
    if not _GROUP.fullmatch(value) or value.startswith("aws/"):
        hint = f"it takes up to {_FACTS.log_group_characters} letters, digits and `. - _ / #`: `/services/orders`"
        raise problem("SPEC053", f"{show(value)} cannot name a log group", hint)
    return value


def _tag(value: str, limit: int, what: str) -> str:
    if len(value) > limit:
        raise problem("SPEC054", f"the {what} has {len(value)} characters; AWS takes {limit}", "shorten it")
    bad = next((char for char in value if not (char.isalnum() or char == " " or char in _TAG_SIGNS)), None)
    if bad is not None:
        hint = "AWS takes letters, digits, spaces and `_ . : / = + - @`"
        raise problem("SPEC054", f"the {what} {show(value)} holds {show(bad)}", hint)
    return value


def _tag_key(value: str) -> str:
    if value.lower().startswith("aws:"):
        raise problem("SPEC054", f"the tag {show(value)} begins with `aws:`, which AWS keeps for itself", "rename it")
    return _tag(value, _FACTS.tag_key_characters, "tag's key")


def _tag_value(value: str) -> str:
    return _tag(value, _FACTS.tag_value_characters, "tag's value")


Bucket = Annotated[FilledLine, AfterValidator(_bucket), text_pattern(BUCKET)]
ObjectKey = Annotated[FilledLine, AfterValidator(_object_key)]
Digest = Annotated[FilledLine, AfterValidator(_digest), text_pattern(SHA256)]
SigningProfile = Annotated[FilledLine, AfterValidator(_signing_profile), text_pattern(SIGNING_PROFILE)]
FunctionKey = Annotated[FilledLine, own_name("a function"), text_pattern(LAYER_NAME)]
ExternalKey = Annotated[FilledLine, own_name("an external layer"), text_pattern(LAYER_NAME)]
VariableName = Annotated[FilledLine, AfterValidator(_variable), text_pattern(_VARIABLE)]
VariableValue = Annotated[str, AfterValidator(visible_lines)]
Alias = Annotated[FilledLine, AfterValidator(_alias), text_pattern(_ALIAS)]
Channel = Annotated[FilledLine, AfterValidator(channel_name), text_pattern(CHANNEL)]
HandlerText = Annotated[FilledLine, AfterValidator(_handler)]
LogGroup = Annotated[FilledLine, AfterValidator(_log_group), text_pattern(_GROUP)]
TagKey = Annotated[FilledLine, AfterValidator(_tag_key)]
TagValue = Annotated[str, AfterValidator(visible_lines), AfterValidator(_tag_value)]
