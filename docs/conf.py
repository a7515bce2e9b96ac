"""How the docs are built: Sphinx over MyST pages in the four Diátaxis folders."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "loyalcore"
author = "The loyalcore authors"
project_copyright = author
release = version_of("loyalcore")
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Source"]
default_role = "code"

nitpicky = True
nitpick_ignore_regex = [
    # What other projects document is not looked up over the network: only our own names must lead somewhere.
    (r"py:.*", r"(?!loyalcore\b).*"),
    # A private module's name leads nowhere on purpose; its public home is documented.
    (r"py:.*", r"loyalcore(\.\w+)*\._\w+.*"),
]

html_theme = "furo"
html_title = f"loyalcore {release}"
