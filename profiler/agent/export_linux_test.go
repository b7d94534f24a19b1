package agent

// LimitOf reads a cgroup's limit below a mount point of the test's choice.
var LimitOf = limitOf
