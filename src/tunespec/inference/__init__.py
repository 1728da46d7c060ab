"""The served model: probes are put to it once, and its answers are judged; recorded outputs are judged the same way."""
