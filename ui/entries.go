package ui

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kanzei"
	"kanzei/entries"
)

// Limits of files that pages take.
const (
	largestFile = 512 << 20
	mostFiles   = 4                // being rated or waiting to be fetched
	keptFor     = 15 * time.Minute // after the work has ended
)

// files are the entries being rated, by a name that nobody can guess. They lie
// in a folder that goes with them: when they are discarded, some minutes after
// they are done, and when the program ends.
type files struct {
	mu   sync.Mutex
	jobs map[string]*rating
}

// A rating is a file of entries on its way.
type rating struct {
	ID       string `json:"id"`
	Name     string `json:"name"` // of the file sent
	Rows     int64  `json:"rows"`
	Share    int    `json:"percent"` // -1: not known
	Done     bool   `json:"done"`
	Rejected int64  `json:"rejected"`
	Error    string `json:"error,omitempty"`
	Hint     string `json:"hint,omitempty"`

	dir string
	ext string
}

func (r *rating) out() string     { return filepath.Join(r.dir, "rated"+r.ext) }
func (r *rating) rejects() string { return filepath.Join(r.dir, "rejects.csv") }

// start makes room for a file, or says that there is none.
func (f *files) start(name, ext string) (*rating, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.jobs) >= mostFiles {
		return nil, &kanzei.Problem{Code: "busy", Msg: fmt.Sprintf("%d files are being rated or wait to be fetched", len(f.jobs)), Hint: "try again in some minutes, or use kanzei rate"}
	}
	dir, err := os.MkdirTemp("", "kanzei-entries-")
	if err != nil {
		return nil, err
	}
	r := &rating{ID: rand.Text(), Name: filepath.Base(name), Share: -1, dir: dir, ext: ext}
	if f.jobs == nil {
		f.jobs = map[string]*rating{}
	}
	f.jobs[r.ID] = r
	return r, nil
}

// get returns how far a file is.
func (f *files) get(id string) (rating, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.jobs[id]; r != nil {
		return *r, true
	}
	return rating{}, false
}

// discard forgets a file and all that was made of it.
func (f *files) discard(id string) {
	f.mu.Lock()
	r := f.jobs[id]
	delete(f.jobs, id)
	f.mu.Unlock()
	if r != nil {
		os.RemoveAll(r.dir)
	}
}

func (f *files) set(r *rating, change func(r *rating)) {
	f.mu.Lock()
	change(r)
	f.mu.Unlock()
}

// An entriesPage is the form, or a file on its way.
type entriesPage struct {
	Columns []entries.Column
	Job     *rating
	Limit   int
}

func (s *site) entries(w http.ResponseWriter, r *http.Request) {
	s.write(w, http.StatusOK, "entries", page{Title: "Entries", Here: "/entries", Data: &entriesPage{Columns: entries.Columns, Limit: largestFile >> 20}})
}

// send takes a file and begins to rate it.
func (s *site) send(w http.ResponseWriter, r *http.Request) {
	job, err := s.receive(w, r)
	if err != nil {
		p := page{Title: "Entries", Here: "/entries", Data: &entriesPage{Columns: entries.Columns, Limit: largestFile >> 20}}
		var status int
		p.Error, status = problem(err)
		s.write(w, status, "entries", p)
		return
	}
	http.Redirect(w, r, "/entries/file?id="+job.ID, http.StatusSeeOther)
}

func (s *site) receive(w http.ResponseWriter, r *http.Request) (*rating, error) {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(10 * time.Minute))
	_ = rc.SetWriteDeadline(time.Now().Add(11 * time.Minute))
	r.Body = http.MaxBytesReader(w, r.Body, largestFile)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &kanzei.Problem{Code: "request.type", Msg: "no file was sent", Hint: "choose a file, .csv or .parquet"}
	}
	known := ""
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, &kanzei.Problem{Code: "request.missing", Msg: "no file was sent", Hint: "choose a file, .csv or .parquet"}
		}
		if err != nil {
			return nil, cut(err)
		}
		if part.FormName() == "known" {
			b, err := io.ReadAll(io.LimitReader(part, 32))
			if err != nil {
				return nil, cut(err)
			}
			known = strings.TrimSpace(string(b))
			continue
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		ext := strings.ToLower(filepath.Ext(part.FileName()))
		if ext != ".csv" && ext != ".parquet" {
			return nil, &kanzei.Problem{Code: "table.format", Where: part.FileName(), Msg: "neither .csv nor .parquet", Hint: "send one of the two"}
		}
		job := &entries.Job{}
		if known != "" && known != "latest" {
			if job.Known, err = kanzei.ParseDay(known); err != nil {
				return nil, err
			}
		}
		if job.Engine, err = s.desk.Engine(); err != nil {
			return nil, err
		}
		x, err := s.files.start(part.FileName(), ext)
		if err != nil {
			return nil, err
		}
		job.In = filepath.Join(x.dir, "in"+ext)
		if err := save(job.In, part); err != nil {
			s.files.discard(x.ID)
			return nil, cut(err)
		}
		go s.rate(x, job)
		return x, nil
	}
}

func save(name string, from io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// cut says why a file was not received whole.
func cut(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &kanzei.Problem{Code: "request.large", Msg: fmt.Sprintf("the file is longer than %d MiB", large.Limit>>20), Hint: "kanzei rate takes files of any size"}
	}
	return &kanzei.Problem{Code: "request.body", Msg: "the file was not received whole", Hint: "send it again"}
}

// rate rates a file and forgets it after a while.
func (s *site) rate(x *rating, job *entries.Job) {
	defer time.AfterFunc(keptFor, func() { s.files.discard(x.ID) })
	job.Progress = func(rows int64, share float64) {
		s.files.set(x, func(r *rating) {
			if r.Rows = rows; share >= 0 {
				r.Share = int(100 * share)
			}
		})
	}
	var rows, rejected int64
	err := fmt.Errorf("rating did not end")
	func() {
		defer func() {
			if f := recover(); f != nil {
				err = fmt.Errorf("panic: %v", f)
			}
		}()
		rows, rejected, err = job.Rate(x.out(), io.Discard, x.rejects())
	}()
	os.Remove(job.In)
	s.files.set(x, func(r *rating) {
		r.Rows, r.Rejected, r.Done, r.Share = rows, rejected, true, 100
		if err != nil {
			p, _ := problem(err)
			r.Error, r.Hint = strings.ReplaceAll(p.Msg, x.dir+string(filepath.Separator), ""), p.Hint
		}
	})
}

func gone() error {
	return &kanzei.Problem{Code: "request.path", Msg: "no such file: it was discarded, or never sent", Hint: "send it again"}
}

// file shows how far a file is, as a page or as JSON.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	x, ok := s.files.get(r.URL.Query().Get("id"))
	p := page{Title: "Entries", Here: "/entries", Data: &entriesPage{Job: &x}}
	if !ok {
		p.Error, _ = problem(gone())
		p.Data = &entriesPage{Columns: entries.Columns, Limit: largestFile >> 20}
		s.write(w, http.StatusNotFound, "entries", p)
		return
	}
	if r.URL.Query().Has("json") {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(x)
		return
	}
	if !x.Done {
		w.Header().Set("Refresh", "2")
	}
	s.write(w, http.StatusOK, "entries", p)
}

// fetch hands out the answers or the rejects of a file.
func (s *site) fetch(rejects bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x, ok := s.files.get(r.URL.Query().Get("id"))
		if !ok || !x.Done || x.Error != "" {
			p, _ := problem(gone())
			s.write(w, http.StatusNotFound, "error", page{Title: "Nothing here", Here: "/entries", Error: p})
			return
		}
		name, as := x.out(), strings.TrimSuffix(x.Name, filepath.Ext(x.Name))+".rated"+x.ext
		if rejects {
			name, as = x.rejects(), strings.TrimSuffix(x.Name, filepath.Ext(x.Name))+".rejects.csv"
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute))
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", as))
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFile(w, r, name)
	}
}

// discardFile forgets a file at once.
func (s *site) discardFile(w http.ResponseWriter, r *http.Request) {
	s.files.discard(r.PostFormValue("id"))
	http.Redirect(w, r, "/entries", http.StatusSeeOther)
}
