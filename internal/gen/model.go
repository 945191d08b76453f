package main

import (
	"path/filepath"

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
		"Input coefficients are those of WIOD 2014 (44 economies; its rest of the world for the other 37), capped so that final demand is at least 2 percent of absorption: 759 of 2,268 input rows are capped. Weak for small economies without a WIOD table.",
		"Tariffs are applied MFN or preferential rates; the United States' section 301 duties and China's answer are not in them.",
	}
	if out["model/icio2022.world.zst"], err = model.EncodeWorld(icio, false); err != nil {
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
	if out["model/wiod2014.world.zst"], err = model.EncodeWorld(wiod, true); err != nil {
		return nil, err
	}
	out["model/libday2023.world.zst"], err = model.LibDayEdition(root)
	return out, err
}
