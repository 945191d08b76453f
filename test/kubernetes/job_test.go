// Package kubernetes holds the Job that kanzei sweep submit prints against the
// types and the rules that Kubernetes publishes. It is a module of its own, so
// that the program does not depend on them.
package kubernetes

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	batch "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation"
)

func TestJob(t *testing.T) {
	program := os.Getenv("KANZEI")
	if program == "" {
		t.Skip("KANZEI names no program")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "sweep.yaml")
	if err := os.WriteFile(file, []byte("sweep: impact\non: 2025-04-15\nscenarios: today\ndraws: 6\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []byte {
		t.Helper()
		c := exec.Command(program, args...)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	plan := filepath.Join(dir, "plan")
	run("sweep", "plan", file, "-o", plan, "--shards", "7")
	out := run("sweep", "submit", plan, "--kubernetes", "--image", "registry.example/kanzei:1", "--claim", "work", "--cpus", "4", "--at-once", "3")

	// Strict: a field that the published type does not have is an error.
	scheme := runtime.NewScheme()
	if err := batch.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	object, _, err := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer().Decode(out, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	job, ok := object.(*batch.Job)
	if !ok {
		t.Fatalf("%T", object)
	}
	if *job.Spec.CompletionMode != batch.IndexedCompletion || *job.Spec.Completions != 7 || *job.Spec.Parallelism != 3 || *job.Spec.BackoffLimitPerIndex != 6 {
		t.Errorf("%+v", job.Spec)
	}
	if e := validation.IsDNS1123Label(job.Name); len(e) > 0 {
		t.Error(e)
	}
	for k, v := range job.Labels {
		if e := append(validation.IsQualifiedName(k), validation.IsValidLabelValue(v)...); len(e) > 0 {
			t.Error(k, v, e)
		}
	}
	c := job.Spec.Template.Spec.Containers[0]
	if c.Resources.Limits.Cpu().Value() != 4 || c.Resources.Limits.Memory().Value() != 2<<30 {
		t.Errorf("%+v", c.Resources)
	}
	if !json.Valid(out) {
		t.Error("not JSON")
	}
}
