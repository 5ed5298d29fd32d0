"""Where a redirect may lead: to the web, and not from https to http. No credentials go along."""

from urllib.parse import urldefrag, urljoin, urlsplit

from layerforge.build.trouble import BAD_REDIRECT, Trouble, origin, shown
from layerforge.lock.url_text import without_credentials


def follow(url: str, location: str | None) -> str:
    """Return where a redirect leads, without credentials of its own.

    Raises:
        Trouble: ``NET010`` nowhere, or where one must not follow.
    """
    if not location:
        raise Trouble(BAD_REDIRECT, f"`{shown(url)}` redirects to nowhere")
    try:
        target = without_credentials(urldefrag(urljoin(url, location)).url)
        scheme, host, _ = origin(target)
    except ValueError:
        raise Trouble(BAD_REDIRECT, f"`{shown(url)}` redirects to what is no URL") from None
    if scheme not in {"http", "https"} or not host:
        raise Trouble(BAD_REDIRECT, f"a redirect leads to `{shown(target)}`, which is not on the web")
    if scheme == "http" and urlsplit(url).scheme == "https":
        hint = "use the address that it leads to in the index itself if you trust that network"
        raise Trouble(BAD_REDIRECT, f"a redirect leads from https to the unencrypted `{shown(target)}`", hint=hint)
    return target
