"""Training runs of seconds: a language, a model of one layer, trainers that can be bent, and the recipes."""
