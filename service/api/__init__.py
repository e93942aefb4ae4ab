"""The HTTP interface: each module is one kind of resource; a view parses, calls and renders."""
