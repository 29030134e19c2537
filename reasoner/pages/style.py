"""The one stylesheet, its hash for a content security policy, and its colors for typst."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

STYLE_NAME: Final = "mednec.css"
STYLE: Final = (Path(__file__).parent / "assets" / STYLE_NAME).read_text(encoding="utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""The SHA-256 of the stylesheet where a page embeds it, as a content security policy names it."""
STYLE_PATH: Final = f"/docs/{STYLE_NAME}"
"""The path at which the service serves the stylesheet."""
COLORS: Final = dict(re.findall(r"--([\w-]+): (#\w{6});", STYLE.partition("}")[0]))
"""The colors of the first block of the stylesheet, by the names of their tokens."""
