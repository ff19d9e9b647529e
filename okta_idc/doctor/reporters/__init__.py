"""The report for people (`table`, `page`) and for machines (`documents`, `junit`, `sarif`)."""
