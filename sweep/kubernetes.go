package sweep

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"kanzei"
)

// Kubernetes says how shards are run as an indexed Job (batch/v1).
type Kubernetes struct {
	Name   string // of the Job; from the work's hash by default
	Image  string
	Claim  string   // PersistentVolumeClaim that holds the folder of the plan
	Path   string   // of the folder within the volume
	Before []string // what stands before "sweep run", after the image's entry point
	CPUs   int      // a shard
	Memory string   // a shard, such as 2Gi
	AtOnce int      // shards at a time; all by default
}

var (
	dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	quantity = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([KMGTPE]i?|[kmunµ])?$`)
)

// Job is the manifest, JSON, which kubectl apply takes as it takes YAML. A pod
// that dies is made anew and goes on where it was; a shard that fails six times
// fails without the others.
func (k *Kubernetes) Job(m *Manifest) ([]byte, error) {
	name := k.Name
	if name == "" {
		name = "kanzei-" + m.Work[:12]
	}
	bad := func(flag, value, hint string) error {
		return &kanzei.Problem{Code: "sweep.kubernetes", Where: flag, Msg: fmt.Sprintf("%q will not do", value), Hint: hint}
	}
	switch {
	case !dnsLabel.MatchString(name):
		return nil, bad("--name", name, "give small letters, digits and hyphens, 63 at most")
	case k.Image == "":
		return nil, bad("--image", k.Image, "name the image that holds the program, such as registry.example/kanzei:1.0")
	case !dnsLabel.MatchString(k.Claim):
		return nil, bad("--claim", k.Claim, "name the PersistentVolumeClaim that holds the folder of the plan")
	case !filepath.IsLocal(k.Path):
		return nil, bad("--path", k.Path, "name the folder of the plan by its path within the volume, such as work/plan")
	case k.AtOnce < 0:
		return nil, bad("--at-once", fmt.Sprint(k.AtOnce), "give 1 or more, or leave it out for all")
	case !quantity.MatchString(k.Memory):
		return nil, bad("--memory", k.Memory, "give a quantity such as 2Gi")
	}
	cpus := fmt.Sprint(max(1, k.CPUs))
	type object = map[string]any
	resources := object{"cpu": cpus, "memory": k.Memory}
	atOnce := k.AtOnce
	if atOnce <= 0 || atOnce > m.Shards {
		atOnce = m.Shards
	}
	job := object{
		"apiVersion": "batch/v1",
		"kind":       "Job",
		"metadata":   object{"name": name, "labels": object{"app.kubernetes.io/name": "kanzei", "kanzei/work": m.Work[:16]}},
		"spec": object{
			"completionMode":       "Indexed",
			"completions":          m.Shards,
			"parallelism":          atOnce,
			"backoffLimitPerIndex": 6,
			"template": object{
				"spec": object{
					"restartPolicy": "Never",
					"containers": []object{{
						"name":         "kanzei",
						"image":        k.Image,
						"args":         append(slices.Clone(k.Before), "sweep", "run", "/sweep/"+k.Path, "--index=$(JOB_COMPLETION_INDEX)"),
						"env":          []object{{"name": "GOMAXPROCS", "value": cpus}},
						"resources":    object{"requests": resources, "limits": resources},
						"volumeMounts": []object{{"name": "sweep", "mountPath": "/sweep"}},
					}},
					"volumes": []object{{"name": "sweep", "persistentVolumeClaim": object{"claimName": k.Claim}}},
				},
			},
		},
	}
	b, err := json.MarshalIndent(job, "", "  ")
	return append(b, '\n'), err
}
