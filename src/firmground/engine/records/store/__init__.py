"""The lake on disk: its settings, manifests, files, and who may write."""
