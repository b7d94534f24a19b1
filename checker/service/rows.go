package service

import (
	"context"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
)

// rowSource is a strategy.RowSource.
type rowSource struct{ *riskyusers.RowSource }

func newRowSource(dsn string) (strategy.RowSource, error) {
	r, err := riskyusers.OpenRows(dsn)
	return rowSource{r}, err
}

func (r rowSource) LookUp(ctx context.Context, userID string) (strategy.Rows, error) {
	rows, err := r.RowSource.LookUp(ctx, userID)
	if err != nil {
		return nil, err // and no typed nil
	}
	return rows, nil
}
