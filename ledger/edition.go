package ledger

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"kanzei"
	"kanzei/law"
)

type edition struct {
	Instruments []*kanzei.Instrument
	Coverage    *Coverage
}

// Encode returns the ledger in the compact form that the program embeds. The
// same ledger gives the same bytes.
func (l *Ledger) Encode() ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(edition{l.Instruments, l.Coverage}); err != nil {
		return nil, err
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(b.Bytes(), nil), nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Ledger, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := r.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("law edition: %w", err)
	}
	var e edition
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&e); err != nil {
		return nil, fmt.Errorf("law edition: %w", err)
	}
	return &Ledger{Instruments: e.Instruments, Coverage: e.Coverage}, nil
}

var embedded = sync.OnceValues(func() (*Ledger, error) { return Decode(law.Edition) })

// Embedded returns the ledger of the edition built into the program. It is
// shared; do not change it.
func Embedded() (*Ledger, error) { return embedded() }
