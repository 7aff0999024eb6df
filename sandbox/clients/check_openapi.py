"""Checks the sandbox's description of its API: that it is OpenAPI 3.1, and that what is answered is
what it describes.

BASE_URL is the sandbox. Prints how many answers were compared.
"""

import json
import os
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

BASE_URL, PHONE = os.environ["BASE_URL"], os.environ["PHONE"]


def get(path):
    with urllib.request.urlopen(BASE_URL + path, timeout=10) as answer:
        return json.load(answer)


document = get("/api/openapi.json")
validate(document)

compared = []
for path, item in document["paths"].items():
    content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    if "application/json" not in content or ("{" in path and "{number}" not in path):
        continue
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    answer = get(path.replace("{number}", PHONE))
    Draft202012Validator(schema).validate(answer)
    compared.append(path)
print(json.dumps(compared))
