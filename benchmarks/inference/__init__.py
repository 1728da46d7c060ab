"""What it costs to ask a served model, beside the model itself."""
