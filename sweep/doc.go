// Package sweep does a long list of work in pieces that can be lost, moved and
// put together again: thousands of equilibria, billions of entry lines.
//
// Work is a list of items; what an item gives depends on its number and on the
// work's [Identity] alone. The items are cut into shards, ranges of numbers. A
// shard that runs appends each result to a file as it is done, takes up what an
// earlier run of it left, and gets its name when it is whole. So a machine that
// dies loses the items in flight, nothing is done twice, and the same work cut
// differently on other machines gives the same bytes when merged.
//
//	m, err := sweep.Plan(dir, identity, shards)
//	err = m.Run(ctx, shard, do, sweep.Options{})   // any machine, any order, any time
//	files, err := sweep.Gather(dirs...)            // refuses what does not belong
//	err = files.Each(func(item int, result []byte) error { … })
//
// The package knows nothing of what is swept: the work comes as a function.
package sweep
