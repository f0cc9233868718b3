package publication

// MaxFigures is the bound of what one edition keeps.
const MaxFigures = maxFigures

// Kept counts the figures kept for the main edition.
func (n *Snapshot) Kept() int {
	n.main.mu.Lock()
	defer n.main.mu.Unlock()
	return len(n.main.figures)
}
