"""Models of DMN for tests, written short."""

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(inside: str, *, namespace: str = MODEL, more: str = "") -> bytes:
    return (
        f'<definitions xmlns="{namespace}" id="d" name="m" namespace="urn:m"{more}>'
        f"{inside}</definitions>"
    ).encode()


def data(name: str, kind: str | None = "number") -> str:
    typed = "" if kind is None else f' typeRef="{kind}"'
    own = name.replace(" ", "_").replace("'", "")
    return f'<inputData id="i_{own}" name="{name}"><variable name="{name}"{typed}/></inputData>'


def needs(*names: str) -> str:
    return "".join(
        "<informationRequirement><requiredInput href="
        f'"#i_{name.replace(" ", "_").replace(chr(39), "")}"/></informationRequirement>'
        for name in names
    )


def feeds(*names: str) -> str:
    return "".join(
        f'<informationRequirement><requiredDecision href="#d_{name}"/></informationRequirement>'
        for name in names
    )


def text(words: str) -> str:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return f"<text>{escaped}</text>"


def literal(words: str, more: str = "") -> str:
    return f"<literalExpression{more}>{text(words)}</literalExpression>"


def decision(name: str, logic: str, required: str = "", kind: str | None = None) -> str:
    typed = "" if kind is None else f' typeRef="{kind}"'
    variable = f'<variable name="{name}"{typed}/>'
    return f'<decision id="d_{name}" name="{name}">{variable}{required}{logic}</decision>'


def table(
    inputs: list[tuple[str, str | None]],
    outputs: list[str],
    rows: list[tuple[list[str], list[str]]],
    hit: str = 'hitPolicy="UNIQUE"',
) -> str:
    clauses = "".join(
        f"<input><inputExpression{'' if kind is None else f' typeRef={chr(34)}{kind}{chr(34)}'}>"
        f"{text(words)}</inputExpression></input>"
        for words, kind in inputs
    )
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry>{text(cell)}</inputEntry>" for cell in tests)
        + "".join(f"<outputEntry>{text(cell)}</outputEntry>" for cell in given)
        + "</rule>"
        for tests, given in rows
    )
    return f"<decisionTable {hit}>{clauses}{''.join(outputs)}{rules}</decisionTable>"
