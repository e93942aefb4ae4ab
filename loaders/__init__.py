"""How the outside comes in: feeds, CRM exports, archives and samples."""
