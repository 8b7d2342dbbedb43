"""Where the book's repository and its pages are, for whatever has to name them.

`_config.yml` says it: `repository: url` and `branch`, and `html: baseurl` for pages that are
not on the repository's own GitHub Pages. Whoever publishes elsewhere overrides it without an
edit, by LOSSBOOK_REPOSITORY, LOSSBOOK_BRANCH and LOSSBOOK_SITE; an empty one counts as unset.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import yaml

if TYPE_CHECKING:
    from sphinx.application import Sphinx

VARIABLES = ("LOSSBOOK_REPOSITORY", "LOSSBOOK_BRANCH", "LOSSBOOK_SITE")
CONFIGURATION = Path(__file__).resolve().parents[2] / "_config.yml"


class Addresses(NamedTuple):
    repository: str
    """https://host/owner/name, without a slash at the end."""
    branch: str
    site: str
    """The folder of index.html, with a slash at the end; empty if nobody said."""

    @property
    def host(self) -> str:
        return urlsplit(self.repository).netloc


def checked(value: str, name: str, parts: int) -> str:
    """A web address with at least this many parts to its path, and nothing after it."""
    address = urlsplit(value)
    path = [part for part in address.path.split("/") if part]
    whole = address.scheme in ("http", "https") and bool(address.netloc)
    if not whole or address.query or address.fragment or len(path) < parts or " " in value:
        wanted = "https://host/owner/name" if parts else "https://host/ or https://host/path/"
        raise ValueError(f"{name} should be an address like {wanted}, and is {value!r}")
    return value.rstrip("/")


def pages(repository: str) -> str:
    """Where GitHub puts the pages of a repository; nothing is known of other hosts."""
    address = urlsplit(repository)
    if address.netloc != "github.com":
        return ""
    owner, name = address.path.strip("/").split("/")[:2]
    home = f"{owner.lower()}.github.io"
    return f"https://{home}/" if name.lower() == home else f"https://{home}/{name}/"


def addresses(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Addresses:
    """From what `_config.yml` holds, and the variables, which go first."""

    def value(variable: str, section: str, key: str) -> tuple[str, str]:
        said = environment.get(variable, "").strip()
        if said:
            return said, variable
        stated = (settings.get(section) or {}).get(key) or ""
        return str(stated), f"{section}: {key} in _config.yml"

    repository = checked(*value("LOSSBOOK_REPOSITORY", "repository", "url"), parts=2)
    repository = repository.removesuffix(".git")
    branch, _ = value("LOSSBOOK_BRANCH", "repository", "branch")
    site, name = value("LOSSBOOK_SITE", "html", "baseurl")
    site = checked(site, name, parts=0) + "/" if site else pages(repository)
    return Addresses(repository, branch or "main", site)


def stated(configuration: Path = CONFIGURATION) -> Addresses:
    """What `_config.yml` says, whatever the variables say: for files that are committed."""
    return addresses(yaml.safe_load(configuration.read_text(encoding="utf-8")), {})


def current(configuration: Path = CONFIGURATION) -> Addresses:
    """What this build uses."""
    return addresses(yaml.safe_load(configuration.read_text(encoding="utf-8")), os.environ)


def configure(app: "Sphinx", config: Any) -> None:
    """Before any other extension reads the settings: the address of the pages, and the buttons.

    The theme knows the hosts of GitHub and GitLab, Colab knows GitHub alone: a button that
    could only lead to a wrong place is left out.
    """
    options = config.html_theme_options
    settings = {
        "repository": {
            "url": options.get("repository_url"),
            "branch": options.get("repository_branch"),
        },
        "html": {"baseurl": config.html_baseurl},
    }
    found = addresses(settings, os.environ)
    config.html_baseurl = found.site
    options["repository_url"], options["repository_branch"] = found.repository, found.branch
    buttons = options.get("launch_buttons") or {}
    if found.host != "github.com":
        buttons.pop("colab_url", None)
    if found.host not in ("github.com", "gitlab.com"):
        options.pop("repository_url")
        options.pop("launch_buttons", None)


def setup(app: "Sphinx") -> dict[str, bool]:
    app.connect("config-inited", configure, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
