package sweep

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"kanzei"
)

// Do computes an item. It is called from several goroutines.
type Do func(ctx context.Context, item int) ([]byte, error)

// Options are how a shard is run.
type Options struct {
	Workers int // goroutines; GOMAXPROCS by default
	// Progress, when set, is told after each item how many of the shard's items
	// are done and how many of them were found done; one call at a time.
	Progress func(done, found, of int)
}

// A shard file is a line of JSON, then the results in the order of the items,
// each with its length and a checksum, then the hash of all that.
type head struct {
	Format int      `json:"kanzei_sweep_shard"`
	Work   string   `json:"work"`
	Ranges [][2]int `json:"ranges"` // of items, ascending, from and below to
	Name   string   `json:"-"`
}

func (h *head) items() (n int) {
	for _, r := range h.Ranges {
		n += r[1] - r[0]
	}
	return n
}

const (
	recordHead = 8 // length and checksum, 4 bytes each
	largest    = 1 << 30
	// savedEvery is how much work the failure of a machine can undo; that of the
	// program alone undoes none that was written.
	savedEvery = time.Second
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (h *head) bytes() []byte {
	b, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

// appendRecord appends a result as it stands in a file.
func appendRecord(to, result []byte) []byte {
	to = binary.LittleEndian.AppendUint32(to, uint32(len(result)))
	to = binary.LittleEndian.AppendUint32(to, crc32.Checksum(result, castagnoli))
	return append(to, result...)
}

// readRecord reads the next result; io.ErrUnexpectedEOF where it is cut short,
// errCorrupt where it is not what was written.
func readRecord(r io.Reader, into []byte) ([]byte, error) {
	var h [recordHead]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	n := binary.LittleEndian.Uint32(h[:])
	if n > largest {
		return nil, errCorrupt
	}
	if cap(into) < int(n) {
		into = make([]byte, n)
	}
	into = into[:n]
	if _, err := io.ReadFull(r, into); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if crc32.Checksum(into, castagnoli) != binary.LittleEndian.Uint32(h[4:]) {
		return nil, errCorrupt
	}
	return into, nil
}

var errCorrupt = errors.New("checksum differs")

// Run runs a shard, 1 to m.Shards, from where an earlier run of it was cut off.
// A shard that is whole is checked and left alone. An error of do ends the run;
// what was done stays. Two runs of one shard at a time exclude each other.
func (m *Manifest) Run(ctx context.Context, shard int, do Do, o Options) error {
	if shard < 1 || shard > m.Shards {
		return &kanzei.Problem{Code: "sweep.shard", Where: "--shard", Msg: fmt.Sprintf("no shard %d of %d", shard, m.Shards), Hint: fmt.Sprintf("give 1/%d to %d/%d", m.Shards, m.Shards, m.Shards)}
	}
	from, to := m.Range(shard)
	if _, err := os.Stat(m.Path(shard)); err == nil {
		if _, err := verify(m.Path(shard), m.Work, shardRange(from, to)); err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(to-from, to-from, to-from)
		}
		return nil
	}
	part := m.Path(shard) + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lock(f); err != nil {
		return &kanzei.Problem{Code: "sweep.busy", Where: part, Msg: "another run is at work on this shard", Hint: "wait for it, or run another shard"}
	}
	if now, err := os.Stat(part); err != nil || !same(f, now) {
		return m.Run(ctx, shard, do, o) // it was finished while this run waited
	}
	h := &head{Format: format, Work: m.Work, Ranges: [][2]int{{from, to}}}
	sum := sha256.New()
	found, err := resume(f, h, sum)
	if err != nil {
		return err
	}
	if err := extend(ctx, f, sum, from+found, to, do, o, found, to-from); err != nil {
		return err
	}
	if _, err := f.Write(sum.Sum(nil)); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(part, m.Path(shard))
}

func shardRange(from, to int) [][2]int { return [][2]int{{from, to}} }

func same(f *os.File, now fs.FileInfo) bool {
	was, err := f.Stat()
	return err == nil && os.SameFile(was, now)
}

// resume leaves in f the head and the results that an earlier run left there
// whole, all in sum, and returns how many.
func resume(f *os.File, h *head, sum hash.Hash) (found int, err error) {
	want := h.bytes()
	r := bufio.NewReaderSize(f, 1<<20)
	got := make([]byte, len(want))
	at := int64(len(want))
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want) {
		if _, err := f.WriteAt(want, 0); err != nil {
			return 0, err
		}
		sum.Write(want)
	} else {
		sum.Write(want)
		var b, record []byte
		for found < h.items() {
			if b, err = readRecord(r, b); err != nil {
				break
			}
			record = appendRecord(record[:0], b)
			sum.Write(record)
			at += int64(len(record))
			found++
		}
	}
	if err := f.Truncate(at); err != nil {
		return 0, err
	}
	_, err = f.Seek(at, io.SeekStart)
	return found, err
}

// extend appends the results of items [from, to) to f in their order.
func extend(ctx context.Context, f *os.File, sum hash.Hash, from, to int, do Do, o Options, found, of int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	type task struct {
		item int
		out  chan []byte
	}
	tasks := make(chan task)
	order := make(chan task, 4*workers) // how far the fastest may run ahead
	var wg sync.WaitGroup
	for range min(workers, to-from) {
		wg.Go(func() {
			for t := range tasks {
				var b []byte
				err := kanzei.Caught(func() (err error) {
					b, err = do(ctx, t.item)
					return err
				})
				if err == nil && len(b) > largest {
					err = fmt.Errorf("sweep: item %d gives %d bytes, more than %d", t.item, len(b), largest)
				}
				if err != nil {
					cancel(err)
					close(t.out)
					continue
				}
				t.out <- b
			}
		})
	}
	go func() {
		defer close(order)
		defer close(tasks)
		for i := from; i < to; i++ {
			t := task{i, make(chan []byte, 1)}
			select {
			case order <- t:
			case <-ctx.Done():
				return
			}
			select {
			case tasks <- t:
			case <-ctx.Done():
				close(t.out)
				return
			}
		}
	}()
	var record []byte
	var failed error
	saved := time.Now()
	done, broken := from, false
	for t := range order {
		b, ok := <-t.out
		if broken = broken || !ok; broken || failed != nil {
			continue // what is done behind a gap has no place
		}
		record = appendRecord(record[:0], b)
		if _, failed = f.Write(record); failed != nil {
			cancel(failed)
			continue
		}
		sum.Write(record)
		done++
		if now := time.Now(); now.Sub(saved) > savedEvery {
			saved = now
			if failed = f.Sync(); failed != nil {
				cancel(failed)
				continue
			}
		}
		if o.Progress != nil {
			o.Progress(found+done-from, found, of)
		}
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	if done < to {
		return context.Cause(ctx)
	}
	return nil
}

// verify reads a file of results through and checks it: its work where it is
// given, its ranges where they are given.
func verify(name, work string, ranges [][2]int) (*head, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	h, err := readHead(r, name)
	if err != nil {
		return nil, err
	}
	if work != "" && h.Work != work {
		return nil, stale(name)
	}
	if ranges != nil && !slices.Equal(h.Ranges, ranges) {
		return nil, corrupt(name, "holds other items than its name says")
	}
	sum := sha256.New()
	sum.Write(h.bytes())
	var b, record []byte
	for i := range h.items() {
		if b, err = readRecord(r, b); err != nil {
			return nil, corrupt(name, fmt.Sprintf("is broken at result %d of %d", i+1, h.items()))
		}
		record = appendRecord(record[:0], b)
		sum.Write(record)
	}
	var foot [sha256.Size]byte
	if _, err := io.ReadFull(r, foot[:]); err != nil || !bytes.Equal(foot[:], sum.Sum(nil)) {
		return nil, corrupt(name, "does not end in the hash of what it holds")
	}
	if _, err := r.ReadByte(); err != io.EOF {
		return nil, corrupt(name, "goes on after its end")
	}
	return h, nil
}

// readHead reads the first line of a file of results.
func readHead(r *bufio.Reader, name string) (*head, error) {
	line, err := r.ReadSlice('\n')
	h := &head{Name: name}
	if err != nil || json.Unmarshal(line, h) != nil || h.Format != format || !bytes.Equal(h.bytes(), line) || !ascending(h.Ranges) {
		return nil, corrupt(name, "does not begin as a shard of this program does")
	}
	if _, err := hex.DecodeString(h.Work); err != nil {
		return nil, corrupt(name, "names no work")
	}
	return h, nil
}

// begins reports whether a file can be read and begins as a shard does.
func begins(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = readHead(bufio.NewReaderSize(f, 1<<20), name)
	return err == nil
}

func ascending(ranges [][2]int) bool {
	at := -1
	for _, r := range ranges {
		if r[0] <= at || r[1] <= r[0] {
			return false
		}
		at = r[1] // adjacent ranges are one
	}
	return len(ranges) > 0
}

func corrupt(name, what string) error {
	return &kanzei.Problem{Code: "sweep.corrupt", Where: name, Msg: what, Hint: "delete the file and run the shard again"}
}

func stale(name string) error {
	return &kanzei.Problem{Code: "sweep.stale", Where: name, Msg: "is of other work: another program, edition, input or question", Hint: "delete the file and run the shard again with this program, or merge with the program that made it"}
}
