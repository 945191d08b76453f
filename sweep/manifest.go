package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"kanzei"
)

// format is that of manifests and shards.
const format = 1

// manifestName is the file that makes a folder a sweep.
const manifestName = "sweep.json"

// An Identity is everything that the results of a work depend on. Works of the
// same identity give the same bytes, item by item.
type Identity struct {
	Kind    string          `json:"kind"`    // what an item is: "impact", "entries"
	Program string          `json:"program"` // content hash
	Inputs  []Input         `json:"inputs"`  // editions and files, in a fixed order
	Spec    json.RawMessage `json:"spec"`    // what is asked, seeds included
	Items   int             `json:"items"`
}

// An Input is an edition or a file that results depend on.
type Input struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

// Hash names the work: sha256 over the identity, hexadecimal.
func (id *Identity) Hash() string {
	b, err := json.Marshal(id)
	if err != nil {
		panic(err) // of a RawMessage that is no JSON; Plan has looked
	}
	return Sum(b)
}

// Sum is the content hash of b: sha256, hexadecimal.
func Sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// SumFile is the content hash of a file.
func SumFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Program is the content hash of the running program.
func Program() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	return SumFile(name)
}

// A Manifest is a work cut into shards, in a folder.
type Manifest struct {
	Format int    `json:"kanzei_sweep"`
	Work   string `json:"work"` // hash of the identity
	Identity
	Shards int `json:"shards"`

	dir string
}

// Dir is the manifest's folder.
func (m *Manifest) Dir() string { return m.dir }

// Plan cuts a work into shards and writes the manifest to dir, which is made. A
// folder that holds the same plan is left as it is; one that holds another is a
// *kanzei.Problem.
func Plan(dir string, id Identity, shards int) (*Manifest, error) {
	if id.Items < 1 {
		return nil, &kanzei.Problem{Code: "sweep.empty", Msg: "there is nothing to sweep", Hint: "name at least one scenario and one draw, or a file with rows"}
	}
	if shards < 1 || shards > id.Items {
		return nil, &kanzei.Problem{Code: "sweep.shards", Where: "--shards", Msg: fmt.Sprintf("%d shards for %d items", shards, id.Items), Hint: fmt.Sprintf("give 1 to %d", id.Items)}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, id.Spec); err != nil {
		return nil, fmt.Errorf("sweep: spec: %w", err)
	}
	id.Spec = compact.Bytes()
	m := &Manifest{Format: format, Work: id.Hash(), Identity: id, Shards: shards, dir: dir}
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
		old, err := Open(dir)
		if err != nil {
			return nil, err
		}
		if old.Work == m.Work && old.Shards == m.Shards {
			return old, nil
		}
		what := "another plan"
		if old.Work == m.Work {
			what = fmt.Sprintf("the same work, planned with --shards %d", old.Shards)
		}
		return nil, &kanzei.Problem{Code: "sweep.planned", Where: dir, Msg: "the folder holds " + what, Hint: "plan into another folder; shards of both merge if the work is the same"}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, unmade(dir, err)
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := replace(filepath.Join(dir, manifestName), append(b, '\n')); err != nil {
		return nil, unmade(dir, err)
	}
	return m, nil
}

// unmade says that a plan's folder cannot be written.
func unmade(dir string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &kanzei.Problem{Code: "sweep.folder", Where: dir, Msg: "the folder cannot be made: " + err.Error(), Hint: "name one in a place that can be written"}
}

// Open reads the manifest of a folder.
func Open(dir string) (*Manifest, error) {
	name := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(name)
	if info, e := os.Stat(dir); e == nil && !info.IsDir() {
		return nil, &kanzei.Problem{Code: "sweep.none", Where: dir, Msg: "is no folder of a sweep", Hint: "kanzei sweep plan FILE -o DIR makes one; name DIR"}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &kanzei.Problem{Code: "sweep.none", Where: dir, Msg: "no sweep here", Hint: "kanzei sweep plan FILE --shards N -o " + dir}
	}
	if err != nil {
		return nil, err
	}
	m := &Manifest{dir: dir}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, damaged(name, "is no manifest: "+err.Error())
	}
	if m.Format != format {
		return nil, damaged(name, fmt.Sprintf("is of format %d, this program writes %d", m.Format, format))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, m.Spec); err != nil {
		return nil, damaged(name, "has no spec")
	}
	m.Spec = compact.Bytes()
	if m.Hash() != m.Work || m.Items < 1 || m.Shards < 1 || m.Shards > m.Items {
		return nil, damaged(name, "was changed after it was written")
	}
	return m, nil
}

func damaged(name, what string) error {
	return &kanzei.Problem{Code: "sweep.damaged", Where: name, Msg: what, Hint: "plan again into a new folder"}
}

// Range is the items of a shard, 1 to Shards: from and below to.
func (m *Manifest) Range(shard int) (from, to int) {
	return (shard - 1) * m.Items / m.Shards, shard * m.Items / m.Shards
}

// Path is the file of a shard when it is whole.
func (m *Manifest) Path(shard int) string {
	return filepath.Join(m.dir, fmt.Sprintf("shard-%05d-of-%05d", shard, m.Shards))
}

// replace writes a file whole or not at all.
func replace(name string, b []byte) error {
	temp := fmt.Sprintf("%s.%d.part", name, os.Getpid())
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(temp, name)
}
