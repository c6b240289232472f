"""Compares the expected values of conformance.json with the CPython that runs this: python3 <this file>.

Optional: needs a python3. Versions differ in a few representations; a difference is shown, and is for a person to judge.
"""

import importlib
import json
import pathlib
import sys

checks = json.loads(pathlib.Path(__file__).with_name("conformance.json").read_text(encoding="utf-8"))
count, differences = 0, 0
for module, rows in checks.items():
    names = {}
    if module not in ("builtins", "str", "list", "dict"):
        importlib.import_module(module)
        names[module.split(".")[0]] = importlib.import_module(module.split(".")[0])
    for expression, expected in rows:
        count += 1
        found = repr(eval(expression, names))
        if found != expected:
            differences += 1
            print(f"{module}: {expression}\n  expected {expected}\n  found    {found}")
print(f"{count - differences} of {count} agree with Python {sys.version.split()[0]}")
sys.exit(1 if differences else 0)
