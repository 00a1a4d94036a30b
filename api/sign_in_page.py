"""The page of local sign-in: plain HTML without scripts, so that it can set a cookie."""

from __future__ import annotations

from html import escape
from string import Template

from core.access.model import Role

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · $product</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 1rem; }
  form { width: 100%; max-width: 22rem; }
  label, fieldset { display: block; margin: 1rem 0; }
  fieldset { border: 1px solid #8886; border-radius: .5rem; padding: .5rem 1rem; }
  fieldset label { margin: .5rem 0; }
  input[type=text] { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; }
  button { font: inherit; padding: .5rem 1.25rem; border: 0; border-radius: .5rem; background: #1f7a54; color: #fff; }
  .problem { color: #c0392b; }
</style>
</head>
<body><form method="post">
<h1>$product</h1>
<p>This server listens on this computer only; choose who you are.</p>
$problem
<label>Name <input type="text" name="name" required maxlength="40" autofocus autocomplete="username"></label>
<fieldset><legend>Role</legend>$roles</fieldset>
<button>Sign in</button>
</form></body></html>
""")


def sign_in_page(product: str, problem: str = "") -> str:
    """Return the page; `problem` says what was wrong with the last try."""
    roles = "".join(
        f'<label><input type="radio" name="role" value="{int(role)}"{" checked" if role is Role.TRAINER else ""}> '
        f"{escape(role.title.capitalize())}</label>"
        for role in Role
    )
    shown = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return _PAGE.substitute(product=escape(product), roles=roles, problem=shown)
