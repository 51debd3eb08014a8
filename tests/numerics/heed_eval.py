"""heed-eval as a process that answers requests."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any


class Heed:
    """A process of heed-eval."""

    def __init__(self, program: pathlib.Path) -> None:
        self.program = program
        self.process: subprocess.Popen[str] | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its answer; an error, too, if the process ends instead."""
        if self.process is None:
            self.process = subprocess.Popen([str(self.program)], text=True, bufsize=1,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request, allow_nan=False) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        status, self.process = self.process.wait(), None
        return {"error": f"CRASH: heed-eval ended with status {status}"}

    def ops(self) -> list[dict[str, Any]]:
        return self.ask({"list": "ops"})["ops"]

    def answer(self, call: Any, cotangents: Any) -> Any:
        """The answer to a call, as calls.Answer; this alone needs PyTorch."""
        from calls import Answer, from_json, request_of
        answer = self.ask(request_of(call, cotangents))
        if "error" in answer:
            return Answer(error=answer["error"])
        grads = iter([from_json(entry) for entry in answer.get("grads", [])])
        return Answer(outputs=[from_json(entry) for entry in answer["outputs"]],
                      grads=[None if t is None else next(grads, None) for t in call.inputs])

    def close(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.wait()
