package docx

// DurableID gives the durable id that a comment written with this key has, unless another of the same
// file took it first: by it a file of ours is recognised when it comes back.
func DurableID(key string) string {
	w := &writer{usedIDs: map[uint32]bool{}}
	return w.longHex(durable(key))
}

// durable is what the durable id of a comment is derived from.
func durable(key string) string { return "durable " + key }
