"""Models from where they live: each source one file, loaded only when used."""
