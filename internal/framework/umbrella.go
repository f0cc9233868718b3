package framework

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// Relation says how an element of another framework stands to one of ours.
type Relation string

// The relations.
const (
	Same     Relation = "same"     // both ask for the same thing
	Wider    Relation = "wider"    // theirs asks for more
	Narrower Relation = "narrower" // theirs asks for a part of it
	Related  Relation = "related"  // they touch, and neither holds the other
)

// Answering is one line of the umbrella: which element of another framework speaks to which of ours.
// The crosswalk is our reading, not a statement of either publisher.
type Answering struct {
	Framework string   `json:"framework"` // the other one: "mnr-21"
	Element   string   `json:"element"`   // its code there
	Ours      string   `json:"ours"`      // code in the framework of this site
	Relation  Relation `json:"relation"`
	Note      string   `json:"note,omitempty"`
}

// Umbrella gives the shipped crosswalk between the other frameworks and the 2015 one, in the order
// of the file. Callers must not change it.
func Umbrella() ([]Answering, error) { return umbrella() }

var umbrella = sync.OnceValues(func() ([]Answering, error) {
	data, err := seed.ReadFile("seed/crosswalks.json")
	if err != nil {
		return nil, fmt.Errorf("the crosswalk of the frameworks: %w", err)
	}
	var file struct {
		Answers []Answering `json:"answers"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("the crosswalk of the frameworks: %w", err)
	}
	return file.Answers, nil
})
