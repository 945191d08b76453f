package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"kanzei/model"
)

// buildModel compiles the worlds that the program carries.
func buildModel(sources string) (map[string][]byte, error) {
	root := filepath.Join(sources, "model")
	out := map[string][]byte{}
	icio, err := model.LoadDir(root, "icio2022-source")
	if err != nil {
		return nil, err
	}
	icio.Name = "icio2022"
	icio.Notes = []string{
		"Flows are intermediate and final use at buyer's value; own use included.",
		inputNote(icio),
		"Tariffs are applied MFN or preferential rates; the United States' section 301 duties and China's answer are not in them.",
	}
	if out["model/icio2022.world.zst"], err = model.EncodeWorld(icio, 8); err != nil {
		return nil, err
	}
	wiod, err := model.LoadDir(root, "wiod2014")
	if err != nil {
		return nil, err
	}
	wiod.Notes = []string{
		"Accounts of 2014 re-solved without inventories, so that every market clears.",
		"Elasticities: the sets of icio2022 by ISIC division, and their median.",
	}
	if out["model/wiod2014.world.zst"], err = model.EncodeWorld(wiod, 4); err != nil {
		return nil, err
	}
	out["model/libday2023.world.zst"], err = model.LibDayEdition(root)
	return out, err
}

// inputNote says how the input coefficients of a world were estimated.
func inputNote(w *model.World) string {
	own, r := 0, w.Inputs
	for _, f := range r.Fits {
		if strings.HasPrefix(f.Donors, "own") {
			own++
		}
	}
	return fmt.Sprintf("Input coefficients are estimated: tables of 2017 (5 economies) and 2014 (%d), and for the other %d the mean of similar economies' and the rest of the world's of 2014, fitted to the purchases and outputs of 2022 by cross entropy; no row is capped. "+
		"Value added where tables are borrowed is pulled to GDP of 2023 with weight %.2f. Borrowed tables, tried where there is one, miss value added by %.0f percent (standard deviation) and GDP of 2023 by %.0f.",
		own-5, len(r.Fits)-own, r.WeightGDP, 100*r.SDDonors, 100*r.SDGDP)
}
