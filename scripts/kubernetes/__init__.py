"""Stage 2 of flavour kuberay-eks: what `make deploy` puts into the Kubernetes cluster, by kubectl and helm."""
