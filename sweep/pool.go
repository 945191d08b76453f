package sweep

import "context"

// RunAll runs every shard that is not whole, one after the other, each on all
// workers. Progress is told for the sweep as a whole.
func (m *Manifest) RunAll(ctx context.Context, do Do, o Options) error {
	before, foundBefore := 0, 0
	for i := 1; i <= m.Shards; i++ {
		one := o
		last := 0
		if o.Progress != nil {
			one.Progress = func(done, found, _ int) {
				last = found
				o.Progress(before+done, foundBefore+found, m.Items)
			}
		}
		if err := m.Run(ctx, i, do, one); err != nil {
			return err
		}
		from, to := m.Range(i)
		before += to - from
		foundBefore += last
	}
	return nil
}
