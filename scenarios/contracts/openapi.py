"""What of an older OpenAPI description is gone in a newer one. Additions are no matter, but those
that a request of before does not meet: a member or a parameter that must be given now.
"""
METHODS = ("get", "put", "post", "patch", "delete")
# Words for people; and keys that are compared in a way of their own.
WORDS = {"description", "summary", "title", "example", "examples"}
COMPARED = {"type", "enum", "required", "properties", "items", "additionalProperties", "oneOf",
            "anyOf", "allOf"}


def gone(old, new):
    return Comparison(old, new).run()


def as_list(value):
    return value if isinstance(value, list) else [value]


class Comparison:
    def __init__(self, old, new):
        self.old, self.new, self.found, self.seen = old, new, [], set()

    def run(self):
        for path, methods in self.old["paths"].items():
            there = self.new["paths"].get(path, {})
            for method in filter(methods.__contains__, METHODS):
                where = f"{method.upper()} {path}"
                if method not in there:
                    self.found.append(f"{where} is gone")
                else:
                    self.operation(where, methods[method], there[method])
        for kind, members in self.old["components"].items():
            for name in members:
                if name not in self.new["components"].get(kind, {}):
                    self.found.append(f"components/{kind}/{name} is gone")
        for name, scheme in self.old["components"]["securitySchemes"].items():
            self.scalars(f"securitySchemes/{name}", scheme,
                         self.new["components"]["securitySchemes"].get(name, scheme))
        return self.found

    @staticmethod
    def resolved(document, value):
        while "$ref" in value:
            target = document
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            value = target
        return value

    def scalars(self, where, old, new):
        """Values that say something by themselves: formats, limits, names."""
        for key, value in old.items():
            if key not in WORDS | COMPARED and new.get(key) != value:
                self.found.append(f"{where}: {key} is {new.get(key)}, it was {value}")

    def operation(self, where, old, new):
        self.scalars(where, {"operationId": old["operationId"]}, new)
        for way in old.get("security", []):
            if way not in new.get("security", []):
                self.found.append(f"{where} cannot be reached by {way}")
        if not old.get("security") and new.get("security"):
            self.found.append(f"{where} asks who calls")
        self.parameters(where, *[{(p["in"], p["name"]): p for p in (
            self.resolved(document, each) for each in operation.get("parameters", []))}
            for document, operation in ((self.old, old), (self.new, new))])
        body = new.get("requestBody", {})
        if "requestBody" in old:
            self.content(where + " asked", old["requestBody"], body, asked=True)
        elif body.get("required"):
            self.found.append(f"{where} needs a body")
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                self.found.append(f"{where} never answers {status}")
                continue
            there = self.resolved(self.new, new["responses"][status])
            answer = self.resolved(self.old, answer)
            self.content(f"{where} {status}", answer, there, asked=False)
            for header in answer.get("headers", {}):
                if header not in there.get("headers", {}):
                    self.found.append(f"{where} {status} has no header {header}")

    def parameters(self, where, old, new):
        for key, parameter in old.items():
            if key not in new:
                self.found.append(f"{where} does not take {key[1]}")
            else:
                self.schema(f"{where} {key[1]}", parameter.get("schema", {}),
                            new[key].get("schema", {}), asked=True)
        for key, parameter in new.items():
            was = old.get(key, {}).get("required", False)
            if parameter.get("required") and not was:
                self.found.append(f"{where} needs {key[1]}")

    def content(self, where, old, new, asked):
        for kind, body in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                self.found.append(f"{where} is never {kind}")
            else:
                self.schema(where, body.get("schema", {}),
                            new["content"][kind].get("schema", {}), asked)

    def schema(self, where, old, new, asked):
        old, new = self.resolved(self.old, old), self.resolved(self.new, new)
        if (id(old), id(new), asked) in self.seen:
            return
        self.seen.add((id(old), id(new), asked))
        self.scalars(where, old, new)
        for key in ("type", "enum"):
            for value in as_list(old.get(key, [])):
                if key in new and value not in as_list(new[key]):
                    self.found.append(f"{where} is never {value!r}")
        self.required(where, set(old.get("required", [])), set(new.get("required", [])), asked)
        for name, member in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                self.found.append(f"{where}/{name} is gone")
            else:
                self.schema(f"{where}/{name}", member, new["properties"][name], asked)
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict):
                there = new.get(key)
                self.schema(f"{where}[]", old[key], there if isinstance(there, dict) else {}, asked)
        for key in ("oneOf", "anyOf", "allOf"):
            if len(old.get(key, [])) > len(new.get(key, [])):
                self.found.append(f"{where} has fewer kinds in {key}")
            for one, other in zip(old.get(key, []), new.get(key, [])):
                self.schema(f"{where} {key}", one, other, asked)

    def required(self, where, old, new, asked):
        for name in (new - old if asked else old - new):
            self.found.append(f"{where}/{name} must be given" if asked
                              else f"{where}/{name} is not always there")
