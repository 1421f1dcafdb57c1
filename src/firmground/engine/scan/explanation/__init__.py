"""Why a household is warned of, and why not."""
