"""heed's benchmark program as a process that executes commands, one a line."""
import json
import subprocess


class HeedError(Exception):
    """The program's answer to a command that fails."""


class Heed:
    """One process of build/release/bin/heed_bench; see its head for the commands."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], text=True, bufsize=1, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, *words):
        line = " ".join(str(word) for word in words)
        try:
            self.process.stdin.write(line + "\n")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise HeedError(f"{line}: heed_bench ended with status {self.process.wait()}")
        answer = json.loads(answer)
        if "error" in answer:
            raise HeedError(f"{line}: {answer['error']}")
        return answer


def peak_memory(program, name):
    """Peak memory in MB (10⁶ bytes) of a process that makes this work and does it three times."""
    with Heed(program) as heed:
        heed.ask("make", name)
        heed.ask("run", 3)
        return heed.ask("memory")["mb"]
