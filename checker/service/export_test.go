package service

// Routes lists every route, and whether it is open to anyone.
func (s *Service) Routes() map[string]bool {
	open := make(map[string]bool)
	for _, r := range s.routes() {
		open[r.pattern] = r.open
	}
	return open
}
