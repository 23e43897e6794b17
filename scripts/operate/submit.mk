# Read in the place of all the rest of the Makefile, the first time that `make submit …` or `make job …` reads it. What
# stands after `--` is for the job, but make takes it for goals and variables: no rule for them does anything here, and
# make is started again with what stands before it.

# From the command line of the job, too, comes what looks like a variable.
override SHELL := /bin/sh
override MAKE_AGAIN := $(or $(wildcard .venv/bin/python),python3) scripts/operate/command_line.py

.PHONY: submit job nothing
submit job:
	@exec $(MAKE_AGAIN) $$PPID $(MAKE_COMMAND)
%: nothing ; @:
Makefile scripts/operate/submit.mk: ;
nothing: ;
