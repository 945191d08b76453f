package main

import (
	"fmt"
	"os"
	"path/filepath"

	"kanzei"
	"kanzei/sweep"
)

type sweepSubmit struct {
	Dir        string   `arg:"" help:"Folder of kanzei sweep plan, on a file system that the nodes share."`
	Slurm      bool     `help:"Submit an array of jobs to Slurm and follow it."`
	Kubernetes bool     `help:"Print an indexed Job for kubectl apply."`
	CPUs       int      `name:"cpus" default:"1" placeholder:"N" help:"Processors a shard."`
	Option     []string `sep:"none" placeholder:"OPTION" help:"Option of sbatch, such as --option=--partition=long."`
	Out        string   `short:"o" placeholder:"FILE" help:"After Slurm's jobs, merge into FILE, .parquet or .csv."`
	JSON       bool     `name:"json" help:"Print the summary as JSON."`
	Name       string   `placeholder:"NAME" help:"Of the Job (default: from the work)."`
	Image      string   `placeholder:"IMAGE" help:"Image that holds the program."`
	Claim      string   `placeholder:"NAME" help:"PersistentVolumeClaim that holds the folder."`
	Path       string   `placeholder:"PATH" help:"Of the folder within the volume (default: its name)."`
	Memory     string   `default:"2Gi" placeholder:"N" help:"Memory a shard."`
	AtOnce     int      `placeholder:"N" help:"Shards at a time (default: all)."`
}

func (c *sweepSubmit) Run(e *env) error {
	m, err := sweep.Open(c.Dir)
	if err != nil {
		return err
	}
	var law []string
	if e.folder != "" {
		dir, err := filepath.Abs(e.folder)
		if err != nil {
			return err
		}
		if c.Kubernetes && dir != filepath.Clean(e.folder) {
			return &kanzei.Problem{Code: "sweep.engine", Where: "--law", Msg: fmt.Sprintf("%q is no full path, which a container needs", e.folder), Hint: "put the folder on the volume and name it, such as /sweep/law"}
		}
		law = []string{"--law=" + dir}
	}
	switch {
	case c.Slurm == c.Kubernetes:
		return &kanzei.Problem{Code: "sweep.engine", Msg: "no engine, or two", Hint: "give --slurm or --kubernetes"}
	case c.CPUs < 1:
		return &kanzei.Problem{Code: "sweep.engine", Where: "--cpus", Msg: fmt.Sprintf("%d processors", c.CPUs), Hint: "give 1 or more"}
	case c.Kubernetes:
		if c.Out != "" {
			return &kanzei.Problem{Code: "sweep.engine", Where: "--out", Msg: "a Job for Kubernetes merges nothing", Hint: "kanzei sweep merge when it has ended"}
		}
		path := c.Path
		if path == "" {
			dir, err := filepath.Abs(c.Dir)
			if err != nil {
				return err
			}
			path = filepath.Base(dir)
		}
		k := &sweep.Kubernetes{Name: c.Name, Image: c.Image, Claim: c.Claim, Path: path, Before: law, CPUs: c.CPUs, Memory: c.Memory, AtOnce: c.AtOnce}
		b, err := k.Job(m)
		if err == nil {
			_, err = e.out.Write(b)
		}
		return err
	}
	if c.Out != "" {
		if err := writable(m.Kind, c.Out, telling{json: c.JSON}); err != nil {
			return err
		}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	s := &sweep.Slurm{Command: append([]string{program}, law...), CPUs: c.CPUs, Options: c.Option, Progress: sweeping(e.err)}
	if err := s.Submit(ctx, m); err != nil {
		return cutOff(err, c.Dir)
	}
	if c.Out == "" {
		return nil
	}
	return (&sweepMerge{In: []string{c.Dir}, Out: c.Out, JSON: c.JSON}).Run(e)
}
