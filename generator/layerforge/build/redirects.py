"""Where a redirect may lead: to the web, and not from https to http. No credentials go along."""

from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from layerforge.build.trouble import BAD_REDIRECT, Trouble, origin, shown


def bare(url: str) -> str:
    """Return ``url`` without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def follow(url: str, location: str | None) -> str:
    """Return where a redirect leads, without credentials of its own.

    Raises:
        Trouble: ``NET010`` nowhere, or where one must not follow.
    """
    if not location:
        raise Trouble(BAD_REDIRECT, f"`{shown(url)}` redirects to nowhere")
    try:
        target = bare(urldefrag(urljoin(url, location)).url)
        scheme, host, _ = origin(target)
    except ValueError:
        raise Trouble(BAD_REDIRECT, f"`{shown(url)}` redirects to what is no URL") from None
    if scheme not in {"http", "https"} or not host:
        raise Trouble(BAD_REDIRECT, f"a redirect leads to `{shown(target)}`, which is not on the web")
    if scheme == "http" and urlsplit(url).scheme == "https":
        hint = "use the address that it leads to in the index itself if you trust that network"
        raise Trouble(BAD_REDIRECT, f"a redirect leads from https to the unencrypted `{shown(target)}`", hint=hint)
    return target
