"""A real Ollama server and real models for the project's own tests. Nothing of this is in the wheel."""
