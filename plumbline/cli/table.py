"""The table of commands: for each its word, the function that it calls, and one line of help.

A function is named by a string, so that a help page or a wrong option imports none of them. Its parameters are the
command's arguments and options, and its docstring says what they mean.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """A word of the command line.

    Attributes:
        name: The word.
        target: The function, as `module:function` below `plumbline`.
        help: What it does, in one line.
        alone: What it changes, if two that change it wait for one another; the name of a lock in .plumbline/locks.
    """

    name: str
    target: str
    help: str
    alone: str = ""


class Group(NamedTuple):
    """Commands under one word, or under a heading of the first page.

    Attributes:
        name: The word; "" for commands that need none.
        help: What the group is for, in one line.
        commands: Its commands.
        shown: Whether the help names it.
    """

    name: str
    help: str
    commands: tuple[Command, ...]
    shown: bool = True


GROUPS = (
    Group(
        "",
        "The house on this machine",
        (
            Command(
                "adopt", "adopt.command:main", "Take a table as this clone's own: contract, parameters, limits", "data"
            ),
            Command("init", "product.commands:init", "Write the house's names everywhere; plumbline.toml keeps them"),
            Command(
                "demo", "local.demo:main", "From the warehouse to a served prediction, with lineage and times", "demo"
            ),
            Command(
                "up", "local.stack:up", "Start predict, api and MLflow's interface and print their URLs", "services"
            ),
            Command(
                "score", "local.score.command:main", "Score a table or a folder as the services do, rejected rows aside"
            ),
            Command("status", "local.status:main", "Say what runs here, and which bundle was released"),
            Command("down", "local.stack:down", "Stop what `plumb up` started", "services"),
            Command("monitor", "local.programs:monitor", "Look at what was served: drift, errors, quality"),
        ),
    ),
    Group(
        "",
        "Proof",
        (
            Command("test", "testing.run:main", "Run the tests: all, of rooms, or those that a change touches"),
            Command("hashes", "proof.hashes:main", "Compare the artifacts with expected_hashes.txt, or write it anew"),
            Command("prove", "proof.prove.__main__:main", "Rebuild under other circumstances and compare every byte"),
            Command("drill", "proof.drill.__main__:main", "Rehearse every fault with real git and real DVC"),
            Command("rehearse", "loop.rehearse.__main__:main", "Replay the past, retraining on the way"),
            Command("chaos", "local.programs:chaos", "Break the services under load and print what happened"),
            Command("test-cluster", "local.programs:cluster", "From a commit to pods and back, on a cluster"),
        ),
    ),
    Group(
        "data",
        "Raw data: from the warehouse to a version that git names",
        (
            Command(
                "warehouse", "ingest.warehouse:main", "Load data/warehouse/*.tsv into the embedded warehouse", "data"
            ),
            Command(
                "extract", "ingest.extract:main", "Extract the raw data, and check that it is what git names", "data"
            ),
            Command("update", "ingest.update:main", "Extract only the rows that came since the last version", "data"),
            Command("add", "ingest.version:fill_cache", "Fill the DVC cache with the raw data that git names", "data"),
            Command("version", "ingest.version:keep", "Add the raw data to DVC and commit its .dvc files", "data"),
            Command("push", "ingest.version:share", "Copy the versions that git names to the DVC remote", "data"),
            Command("pull", "ingest.version:bring", "Bring the version that git names", "data"),
            Command("remote", "dvc.set_remote:main", "Bring everything to another DVC remote, or say where it is"),
            Command("unlock", "dvc.call:main", "Remove the lock that a killed DVC left, if nobody holds it"),
            Command("check", "dvc.check_data:main", "Check that git, cache and remote tell the same story"),
            Command("sample", "ingest.sample:main", "Take one row that training has not seen"),
            Command("generate", "ingest.generate:main", "Write made-up rows like the house's own, for trials at size"),
            Command("merge", "dvc.merge_lock:configure", "Make git merge dvc.lock stage by stage in this clone"),
            Command("run", "ingest.pipeline.__main__:pipeline", "Version a data set as the cluster's pipeline does"),
        ),
    ),
    Group(
        "model",
        "The model that lies here: judged, checked, made official",
        (
            Command("tune", "local.experiments:tune", "Search model/configs/search.yaml, and write the winner"),
            Command("experiment", "local.experiments:experiment", "Queue, run and compare variants"),
            Command("project", "local.experiments:project", "Run the whole pipeline as an MLflow project"),
            Command("gate", "judge.gate:main", "Judge the bundle by model/configs/gate.yaml"),
            Command("pull", "judge.pr_check:pull", "Bring the model of dvc.lock; nothing may be left to run"),
            Command("check", "judge.pr_check:main", "Evaluate, judge and report the model: reports/pr.md"),
            Command("official", "judge.official:main", "Rebuild this commit, compare, judge, record and register it"),
            Command("listen", "loop.receiver:listen", "Start the model pipeline for alerts of Alertmanager"),
        ),
    ),
    Group(
        "release",
        "The registry: promotion and rollback, the ledger, lineage",
        (
            Command("keys", "registry.signing:main", "Create the key pair that signs bundles, unless there is one"),
            Command(
                "register", "registry.register:main", "Register the bundle as challenger, and release it", "models"
            ),
            Command("promote", "registry.commands:promote", "Make a version champion, if its gate and signature hold"),
            Command("policy", "judge.promotion:main", "Promote what was registered, if promotion.yaml lets it"),
            Command("rollback", "registry.commands:rollback", "Make the previous champion champion, and hold it"),
            Command("end-hold", "registry.commands:end_hold", "Let promotions go on after a person's rollback"),
            Command("deployed", "registry.commands:deployed", "Tell the ledger that a version was deployed"),
            Command("champion", "registry.champion:main", "Bring the champion's bundle, for the gate to compare with"),
            Command("history", "registry.commands:show", "List the ledger, or say what served at a time"),
            Command("verify", "registry.commands:verify", "Check that no line of the ledger was changed"),
            Command("shared", "registry.shared:main", "Check what the team shares, and say what to do"),
            Command("lineage", "registry.lineage:main", "Print the chain of a prediction, a version or data"),
        ),
    ),
    Group(
        "deploy",
        "Deployment by git: one commit of an environment's overlay",
        (
            Command("bundle", "deploy.commands:bundle", "Commit a version's bundle to the overlay"),
            Command("image", "deploy.commands:image", "Commit an image to the overlay"),
            Command("promote", "deploy.commands:promote", "Commit what another environment was verified with"),
            Command("check", "deploy.commands:check", "Check that an overlay names what staging was verified with"),
            Command("rollback", "deploy.commands:rollback", "Revert the last deployment"),
            Command("verify", "deploy.verification:main", "Wait until the cluster runs what the overlay names"),
        ),
    ),
    Group(
        "key",
        "API keys of the services",
        (
            Command("create", "local.programs:create_key", "Make a key and show it once"),
            Command("list", "local.programs:list_keys", "List the keys, never their secrets"),
            Command("revoke", "local.programs:revoke_key", "Refuse a key from now on"),
        ),
    ),
    Group(
        "images",
        "Container images of the services and of the pipeline",
        (
            Command("build", "local.images.build:main", "Build the images, tagged by the commit"),
            Command("smoke", "local.images.proof:main", "Start the built images, ask them, rebuild the bundle"),
            Command("compose-env", "local.images.environment:main", "Write .env for compose.yaml"),
            Command("save", "local.images.files:save", "Write built images to files"),
            Command("load", "local.images.files:load", "Take the images that another machine built"),
            Command("sbom", "local.images.files:sbom", "Write what is in the saved images, as CycloneDX"),
            Command("push", "local.images.push:main", "Push the built images and say their digests"),
            Command("sign", "local.images.signing:sign", "Sign pushed images, and attest what is in them"),
            Command("verify", "local.images.signing:verify", "Check that main's workflow signed pushed images"),
            Command("scan", "local.images.scan:main", "Look for vulnerabilities of the images that run"),
        ),
    ),
    Group(
        "infra",
        "Files of the infrastructure: checked and rendered, without an account",
        (
            Command("check", "local.infrastructure:check", "Check Terraform: format, validity, tests"),
            Command("tflint", "local.infrastructure:tflint", "Check Terraform with tflint"),
            Command("checkov", "local.infrastructure:checkov", "Check Terraform with checkov"),
            Command("rules", "local.infrastructure:rules", "Check the alert rules and run their tests"),
            Command("manifests", "local.infrastructure:manifests", "Render every overlay"),
            Command("docs", "cloud.terraform.__main__:main", "Write what is made from the Terraform files"),
        ),
    ),
    Group(
        "cloud",
        "An environment in the cloud: readiness, plan, cost, end",
        (
            Command("bootstrap", "cloud.state:bootstrap", "Once an account: the bucket of the states"),
            Command("doctor", "cloud.doctor:main", "Check the account, and say what to do"),
            Command("plan", "cloud.state:plan", "Show what would change and its monthly cost, and save it"),
            Command("apply", "cloud.state:apply", "Make the changes of the saved plan, and no others"),
            Command("drift", "cloud.drift:main", "Say what of the environments is not as git says"),
            Command("cost", "cloud.cost:main", "Estimate what an environment costs a month"),
            Command("cost-diff", "cloud.cost_diff:main", "Write what the change since a commit costs: reports/cost.md"),
            Command("destroy", "cloud.destroy:main", "Delete an environment and its data"),
        ),
    ),
    Group(
        "bench",
        "Benchmarks, side by side with peers",
        (
            Command("serving", "local.programs:bench_serving", "Compare the services with their peers"),
            Command("loop", "local.programs:bench_loop", "Measure what a person waits for again and again"),
            Command("score", "local.programs:bench_score", "Measure how fast a folder is scored, and in what memory"),
            Command("data", "local.programs:bench_data", "Measure the data stages at size: seconds, and peak memory"),
            Command("monitor", "local.programs:bench_monitor", "Measure the monitor's false alarms and findings"),
        ),
    ),
    Group(
        "product",
        "The release that this clone came from",
        (
            Command("verify", "product.commands:verify", "Name every file of the product that is not the release's"),
            Command("upgrade", "product.commands:upgrade", "Bring the release of a tag, as one commit"),
        ),
    ),
    Group(
        "ci",
        "What the workflows run",
        (
            Command("route", "ci.routing.route:main", "Say which pipelines a change runs, and why"),
            Command("changed", "ci.rooms:changed", "Run here what CI runs for a change"),
            Command("matrix", "ci.matrix:main", "Say which services a change tests, under which Python"),
            Command("test-service", "ci.rooms:run_service", "Test a service under a version of Python"),
            Command("doctor", "ci.doctor:main", "Say which settings of the repository at GitHub are missing"),
            Command("dependencies", "ci.dependencies:main", "Name known vulnerabilities of what a change pins"),
            Command("flakes", "ci.flakes:main", "Name the tests that failed and passed for the same commit"),
            Command("jobs", "ci.jobs.table:main", "Write docs/jobs.md, what each job may do and when it runs"),
            Command("time", "ci.jobs.times:main", "Say which jobs the answer to a change waits for, and how long"),
            Command("mutate", "ci.jobs.mutants:main", "Change each guard and right of the workflows: is it noticed?"),
            Command("gate", "ci.routing.gate:main", "Judge the jobs in NEEDS"),
            Command("preflight", "ci.preflight:main", "Say which secrets and variables a pipeline lacks"),
            Command("data", "dvc.ci_data:bring", "Pull what git names from DVC_REMOTE_URL, or build it"),
            Command("remote", "dvc.ci_data:remote", "Make DVC_REMOTE_URL the DVC remote of this clone alone"),
            Command("fuzz", "local.programs:fuzz", "Feed the decoder of rows with what a fuzzer invents"),
            Command("test-workflows", "local.programs:workflows", "Run the workflows here, by act"),
            Command(
                "test-compose", "local.programs:compose", "Start compose.yaml as a whole: predict, break, alert, answer"
            ),
            Command("test-adoption", "local.programs:adoption", "Play all that a clone must pass on tables of others"),
            Command("test-everyday", "local.programs:everyday", "Play what happens to clones every day"),
            Command("test-week", "local.programs:week", "Play a week of a team, each step killed and repeated"),
            Command("git", "ci.git:push", "Let git push with GITHUB_TOKEN"),
            Command("signing-key", "ci.git:signing_key", "Write the private key SIGNING_KEY where it is read"),
            Command("readiness", "local.readiness:main", "Load the bundle that was released last"),
            Command("deploy", "ci.deployment:main", "Commit images and a bundle to an overlay, for a pull request"),
            Command("propose", "ci.pull_request:main", "Push the commits as a branch and open its pull request"),
            Command("comment", "ci.comment:main", "Write reports/*.md into the comment of a pull request"),
            Command("dispatch", "ci.dispatch:main", "Start a workflow on this branch"),
            Command("notify", "ci.notify.__main__:main", "Tell Slack, Teams, Jira or an issue how something ended"),
            Command("tools", "testing.tools:main", "Install what tests use beyond Python"),
            Command("commands", "cli.page:main", "Write docs/commands.md, the list of commands"),
        ),
        shown=False,
    ),
)
