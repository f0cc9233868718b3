package framework

// Tri is a truth value that may be unknown (Kleene's strong three-valued logic).
type Tri uint8

// The three truth values. The zero Tri is Unknown: what nobody set is not "no".
const (
	Unknown Tri = iota
	No
	Yes
)

// Status is where a country stands on a criterion: an interval on not met 0 < partly 1 < met 2.
// An interval of one point is known; any other is unknown, and its ends are kept, because they
// decide the bounds of a figure (DOMAIN.md section 4).
type Status struct{ Low, High uint8 }

// The known statuses and the one that says nothing.
var (
	Met           = Status{2, 2}
	Partly        = Status{1, 1}
	NotMet        = Status{0, 0}
	StatusUnknown = Status{0, 2}
)

// Known tells whether the status is met, partly or not met.
func (s Status) Known() bool { return s.Low == s.High }

// Word names the status: met, partly, notMet, unknown.
func (s Status) Word() string {
	switch s {
	case Met:
		return "met"
	case Partly:
		return "partly"
	case NotMet:
		return "notMet"
	}
	return "unknown"
}

// And is Kleene's AND, the minimum of both ends.
func (s Status) And(t Status) Status { return Status{min(s.Low, t.Low), min(s.High, t.High)} }

// Or is Kleene's OR, the maximum of both ends.
func (s Status) Or(t Status) Status { return Status{max(s.Low, t.Low), max(s.High, t.High)} }

// statusOf makes the interval from the two answers of a criterion.
func statusOf(met, partly Tri) Status {
	if met == Yes {
		return Met
	}
	var s Status
	switch {
	case met == Unknown:
		s.High = 2
	case partly != No:
		s.High = 1
	}
	if partly == Yes {
		s.Low = 1
	}
	return s
}
