package kanzei

import _ "embed"

// Editions is the table of the data that the program embeds, Markdown: what each
// edition holds, the agency and publication it comes from, its licence.
//
//go:embed DATA.md
var Editions string
