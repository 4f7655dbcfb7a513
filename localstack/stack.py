#!/usr/bin/env python3
"""The mesh on a local AWS endpoint: `make up-aws`, `make down-aws`. Needs terraform and, for packages, cargo.

AWS_ENDPOINT_URL names another endpoint, which is used as it is and left running.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from endpoint import HERE, REGION, Endpoint, Missing, environment, listens, start_time, stop, virtual_environment

ROOT = HERE.parent
VARIABLES = ROOT / "terraform" / "environments" / "local.tfvars"
STUB = ROOT / "tests" / "aws" / "model_stub.py"


def endpoint_binaries() -> Path:
    """Where MiniStack's interpreter is."""
    return virtual_environment(ROOT / "target" / "localstack", HERE / "requirements.txt")


class Stack:
    """One deployment and what it needs, in a folder of its own."""

    def __init__(self, home: Path, variables: dict | None = None) -> None:
        self.home = home
        self.variables = variables or {}
        self.note = home / "stack.json"
        self.started: dict = json.loads(self.note.read_text()) if self.note.exists() else {}

    @property
    def url(self) -> str:
        return self.started["url"]

    @property
    def prefix(self) -> str:
        return self.variables.get("prefix", "va-phase1")

    def remember(self, **what: object) -> None:
        """Keeps what was started where `down` finds it."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.started |= what
        self.note.write_text(json.dumps(self.started, indent=2))

    def start(self, binaries: Path, **extra: str) -> None:
        """Starts the endpoint, unless AWS_ENDPOINT_URL names one."""
        if given := os.environ.get("AWS_ENDPOINT_URL"):
            if not listens(given):
                raise Missing(f"AWS_ENDPOINT_URL is {given}, where nothing listens; unset it to start an endpoint")
            return self.remember(url=given)
        self.home.mkdir(parents=True, exist_ok=True)
        endpoint = Endpoint.start(binaries, self.home, **extra)
        self.remember(url=endpoint.url, endpoint=[endpoint.pid, endpoint.started])

    def start_stub(self, key: str) -> str:
        """Starts the model provider and gives back its base URL."""
        log = (self.home / "model.log").open("ab")
        command = [sys.executable, STUB, "--port", "0", "--key", key]
        process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        self.remember(stub=[process.pid, start_time(process.pid)])
        return process.stdout.readline().strip()

    def credentials(self) -> dict[str, str]:
        """Environment of clients. Root of the local account; another endpoint's keys are the caller's."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION")
        given = (
            {name: os.environ[name] for name in names if name in os.environ} if "endpoint" not in self.started else {}
        )
        local = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
        return {"AWS_ENDPOINT_URL": self.url} | local | given

    def terraform(self, *arguments: str, quiet: bool = True) -> subprocess.CompletedProcess:
        """Runs Terraform with the state in our folder; what it says goes to terraform.log."""
        variables = self.home / "run.tfvars.json"
        variables.write_text(json.dumps(self.variables))
        command = [ROOT / "scripts" / "terraform.sh", "--local", self.home / "terraform", *arguments]
        if arguments[0] in ("plan", "apply", "destroy"):
            command += ["-input=false", "-no-color", "-parallelism=12"]
            command += [f"-var-file={VARIABLES}", f"-var-file={variables}"]
        plugins = {name: value for name, value in os.environ.items() if name.startswith("TF_")}
        done = subprocess.run(
            command, env=environment(**self.credentials(), **plugins), capture_output=quiet, text=True, check=False
        )
        with (self.home / "terraform.log").open("a") as log:
            log.write((done.stdout or "") + (done.stderr or ""))
        return done

    def apply(self) -> None:
        for command in (["init", "-input=false", "-no-color"], ["apply", "-auto-approve"]):
            done = self.terraform(*command)
            if done.returncode:
                raise Missing(f"terraform {command[0]} failed: {reason(done)}; see {self.home / 'terraform.log'}")

    @property
    def api(self) -> str:
        """Where the HTTP interface is called on a MiniStack; AWS serves it where the output `url` says."""
        done = self.terraform("output", "-json", "gateway")
        if done.returncode:
            raise Missing(f"terraform output failed: {reason(done)}")
        return f"{self.url}/_aws/execute-api/{json.loads(done.stdout)['api_id']}"

    def changes(self) -> str:
        """What a further apply would change; empty when nothing."""
        done = self.terraform("plan", "-detailed-exitcode")
        return (
            ""
            if done.returncode == 0
            else (done.stdout + done.stderr).partition("following execution")[2] or reason(done)
        )

    def destroy(self) -> None:
        done = self.terraform("destroy", "-auto-approve")
        if done.returncode:
            raise Missing(f"terraform destroy failed: {reason(done)}; see {self.home / 'terraform.log'}")

    def stop(self) -> None:
        """Ends what was started, and nothing else."""
        for name in ("stub", "endpoint"):
            if name in self.started:
                stop(*self.started[name])

    def set_secret(self, binaries: Path, value: str) -> None:
        """Gives the API key its value, which Terraform never sees."""
        program = (
            "import os, sys, botocore.session as s;"
            "s.get_session().create_client('secretsmanager', region_name=os.environ['AWS_REGION'])"
            ".put_secret_value(SecretId=sys.argv[1], SecretString=sys.stdin.read())"
        )
        name = f"/{self.prefix.split('-')[0]}/local/openai-api-key"
        command = [binaries / "python", "-c", program, name]
        subprocess.run(command, env=environment(**self.credentials()), input=value, text=True, check=True)


def reason(done: subprocess.CompletedProcess) -> str:
    """Terraform's first complaint."""
    lines = ((done.stdout or "") + (done.stderr or "")).splitlines()
    found = [line.strip("│╷╵ ") for line in lines if "Error: " in line]
    return found[0] if found else f"exit code {done.returncode}"


def need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            raise Missing(f"{program} is missing")


def packages() -> None:
    """Builds the functions' packages where one is missing, or older than what it is made of."""
    functions = [path.parent.name for path in ROOT.glob("agents/*/agent.json") if is_deployed(path)]
    built = [ROOT / "target" / "package" / f"{function}.zip" for function in (*functions, "gateway")]
    if all(package.exists() for package in built) and newest_source() < min(at(package) for package in built):
        return
    need("cargo", "make")
    if subprocess.run(["make", "package", "PROFILE=dev"], cwd=ROOT, check=False).returncode:
        raise Missing("the functions' packages could not be built (make package PROFILE=dev)")


def newest_source() -> float:
    """When anything of the functions changed last."""
    folders = (*ROOT.glob("agents/*/"), *ROOT.glob("shared/*/"), ROOT / "gateway")
    kept = ("src", "prompts", "templates", "queries", "Cargo.toml", "agent.json")
    files = (file for folder in folders for name in kept for file in (folder / name, *(folder / name).rglob("*")))
    return max(at(file) for file in (ROOT / "Cargo.lock", *files) if file.exists())


def at(file: Path) -> float:
    return file.stat().st_mtime


def is_deployed(manifest: Path) -> bool:
    return json.loads(manifest.read_text()).get("deploy", True)


def stub_settings(base_url: str) -> dict:
    """Variables that point all agents at the model provider. Images stay offline: it makes none."""
    models = {"MESH_TEXT_MODEL": "openai/stub", "OPENAI_BASE_URL": base_url, "MESH_IMAGE_MODEL": "offline"}
    return {"models": models, "settings": {"content-gen": {"TIMEOUT_SECONDS": "25"}}}


def up(home: Path, with_stub: bool) -> None:
    if (home / "stack.json").exists():
        raise Missing(f"{home} holds a deployment already: make down-aws")
    need("terraform", "ps")
    packages()
    binaries = endpoint_binaries()
    stack = Stack(home)
    stack.start(binaries)
    print(f"endpoint  {stack.url}", flush=True)
    if with_stub:
        stack.variables = stub_settings(stack.start_stub("local-key"))
    print("terraform apply (about a minute and a half)", flush=True)
    stack.remember(variables=stack.variables)
    stack.apply()
    if with_stub:
        stack.set_secret(binaries, "local-key")
    exports = stack.credentials() | {"AWS_DEFAULT_REGION": REGION, "MESH_PREFIX": stack.prefix}
    exports["MESH_API"] = stack.api
    (home / "env").write_text("".join(f"export {name}={value}\n" for name, value in exports.items()))
    print(next_steps(home, stack.prefix))


def next_steps(home: Path, prefix: str) -> str:
    shown = os.path.relpath(home / "env")
    topic = f"arn:aws:sns:{REGION}:000000000000:{prefix}-content-request"
    body = '{"content_topic": "Benefits of AI in Finance", "word_count": 300}'
    return f"""
Next
  . {shown}
  cargo run -q -p mesh-cli --features aws -- --target aws request --topic "Benefits of AI in Finance"
  aws sns publish --topic-arn {topic} --message '{body}'
  curl $MESH_API/health
  make down-aws"""


def down(home: Path) -> None:
    stack = Stack(home)
    if not stack.started:
        raise Missing(f"nothing was started in {home}")
    stack.variables = stack.started.get("variables", {})
    try:
        # An endpoint of our own forgets everything when it stops.
        if "endpoint" not in stack.started and (home / "terraform").exists():
            stack.destroy()
    finally:
        stack.stop()
    shutil.rmtree(home)
    print(f"stopped and removed {os.path.relpath(home)}")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="stack.py", description=__doc__)
    arguments.add_argument("command", choices=("up", "down"))
    arguments.add_argument("--home", type=Path, default=HERE / ".run", help="folder of the deployment")
    arguments.add_argument("--model-stub", action="store_true", help="agents ask a local model provider in place of the offline model")
    chosen = arguments.parse_args()
    try:
        if chosen.command == "up":
            up(chosen.home.resolve(), chosen.model_stub)
        else:
            down(chosen.home.resolve())
    except Missing as missing:
        sys.exit(f"{chosen.command}-aws: {missing}")


if __name__ == "__main__":
    main()
