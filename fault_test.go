package kanzei

import (
	"bytes"
	"errors"
	"testing"
)

func TestCaught(t *testing.T) {
	mine := errors.New("mine")
	if err := Caught(func() error { return mine }); err != mine {
		t.Error(err)
	}
	if err := Caught(func() error { return nil }); err != nil {
		t.Error(err)
	}
	var none []int
	err := Caught(func() error { _ = none[len(none)]; return nil })
	var f *Fault
	if !errors.As(err, &f) || !bytes.Contains(f.Stack, []byte("TestCaught")) {
		t.Errorf("%v %s", err, f.Stack)
	}
	var p *Problem
	if errors.As(err, &p) {
		t.Error("a fault is taken for a problem of the request")
	}
}
