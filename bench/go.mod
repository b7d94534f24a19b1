module github.com/leakline/leakline/bench

go 1.26.8

require (
	github.com/arl/statsviz v0.8.2
	github.com/gorilla/websocket v1.5.3
	github.com/leakline/leakline v0.0.0
)

replace github.com/leakline/leakline => ../
