// Package law holds the law as data: the instruments below us/, as people
// write and review them, and the edition compiled from them, which the program
// embeds. See README.md for the language.
package law

import "embed"

//go:generate go run ../internal/gen law

// Edition is the compiled edition; package ledger reads it.
//
//go:embed edition.bin.zst
var Edition []byte

// Tests holds the sentences that test the law.
//
//go:embed all:us/tests
var Tests embed.FS
