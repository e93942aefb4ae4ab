"""The pages: each module is one part of them; a view asks what the API asks, and renders it."""
