package docx

import (
	"strings"

	"github.com/beevik/etree"
)

// readComments reads the comments part and joins to it what the three parts around it say. A thread
// is keyed by the paraId of the last paragraph of a comment; a UTC date hangs on the durable id,
// which hangs on the paraId.
func (r *reader) readComments() {
	t := r.d.comments
	if t == nil {
		return
	}
	byPara := map[string]int{} // to the index of the comment
	for _, e := range children(t.doc.Root()) {
		if t.w(e) != "comment" {
			r.list(t, e, NotRead, "")
			continue
		}
		r.seen[e] = true
		c := Comment{}
		c.ID, _ = t.attr(e, nsW, "id")
		c.Author, _ = t.attr(e, nsW, "author")
		c.Initials, _ = t.attr(e, nsW, "initials")
		c.Date, _ = t.attr(e, nsW, "date")
		c.Body = r.walk(t, e, inNote, "").texts
		i := len(r.content.Comments)
		descend(e, func(p *etree.Element) bool {
			if id := paraID(t, p); id != "" {
				if _, taken := byPara[id]; !taken {
					byPara[id] = i
				}
			}
			return true
		})
		if p := lastParagraph(t, e); p != nil {
			c.ParaID = paraID(t, p)
			if c.ParaID != "" {
				byPara[c.ParaID] = i
			}
		}
		r.content.Comments = append(r.content.Comments, c)
	}
	r.readThreads(byPara)
	r.readDurableIDs(byPara)
}

func paraID(t *tree, p *etree.Element) string {
	if t.w(p) != "p" {
		return ""
	}
	id, _ := t.attr(p, nsW14, "paraId")
	return strings.ToUpper(id)
}

// readThreads reads commentsExtended, in its released or pre-release namespace.
func (r *reader) readThreads(byPara map[string]int) {
	t := r.d.extended
	if t == nil {
		return
	}
	list := r.content.Comments
	parents := map[int]string{}
	for _, e := range children(t.doc.Root()) {
		s := t.space(e)
		if e.Tag != "commentEx" || s != nsW15 && s != nsW15Pre {
			continue
		}
		id, _ := t.attr(e, s, "paraId")
		i, ok := byPara[strings.ToUpper(id)]
		if !ok {
			continue // listed as not read
		}
		r.seen[e] = true
		v, _ := t.attr(e, s, "done")
		done := isTrue(v)
		list[i].Done = &done
		if parent, ok := t.attr(e, s, "paraIdParent"); ok {
			parents[i] = strings.ToUpper(parent)
		}
	}
	up := map[int]int{}
	for i, id := range parents {
		if p, ok := byPara[id]; ok {
			up[i] = p
		}
	}
	for i := range circles(up) {
		delete(up, i)
	}
	for i, p := range up {
		list[i].Parent = list[p].ID
	}
}

// circles finds the comments from which following the parents never ends. They count as roots.
func circles(up map[int]int) map[int]bool {
	ends := map[int]bool{} // known answers: whether the way up ends
	for i := range up {
		var way []int
		on := map[int]bool{}
		at, ok := i, true
		for ok && !on[at] {
			if _, known := ends[at]; known {
				break
			}
			on[at] = true
			way = append(way, at)
			at, ok = up[at]
		}
		end, known := ends[at]
		for _, w := range way {
			ends[w] = !ok || known && end
		}
	}
	out := map[int]bool{}
	for i := range up {
		if !ends[i] {
			out[i] = true
		}
	}
	return out
}

func (r *reader) readDurableIDs(byPara map[string]int) {
	durable := map[string]int{}
	if t := r.d.ids; t != nil {
		for _, e := range children(t.doc.Root()) {
			para, _ := t.attr(e, nsCid, "paraId")
			id, _ := t.attr(e, nsCid, "durableId")
			if i, ok := byPara[strings.ToUpper(para)]; ok && t.is(e, nsCid, "commentId") {
				r.content.Comments[i].DurableID = strings.ToUpper(id)
				durable[strings.ToUpper(id)] = i
			}
		}
	}
	if t := r.d.extensible; t != nil {
		for _, e := range children(t.doc.Root()) {
			id, _ := t.attr(e, nsCex, "durableId")
			if i, ok := durable[strings.ToUpper(id)]; ok && t.is(e, nsCex, "commentExtensible") {
				r.content.Comments[i].DateUTC, _ = t.attr(e, nsCex, "dateUtc")
			}
		}
	}
}
