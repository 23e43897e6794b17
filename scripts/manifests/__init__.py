"""The Kubernetes documents of an environment of flavour `kuberay-eks`."""
