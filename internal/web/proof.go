package web

import "waymark/internal/publication"

// proof gives the file that proves one figure: /targets/{code}/proof.json, of the variant asked for.
func (s *Server) proof(q *request) (*answer, error) {
	code := q.http.PathValue("code")
	if _, ok := q.v.Element(code); !ok {
		return nil, noTarget(code)
	}
	variant := q.params.Get("variant")
	if variant == publication.AllVariants {
		variant = ""
	}
	body, err := q.snap.Proof(q.ctx, q.figures(variant, code))
	if err != nil {
		return nil, err
	}
	name := "waymark-proof-" + code
	if variant != "" {
		name += "-" + variant
	}
	if q.asked.asOf != 0 {
		name += "-" + q.asked.asOf.String()
	}
	return &answer{contentType: "application/json", body: body, open: true, filename: name + ".json"}, nil
}

// proofOf is the address of the proof of a figure in the view of this page, or with some of the view changed.
func (q *request) proofOf(code, variant string, changed ...string) string {
	return q.to("/targets/"+code+"/proof.json", append([]string{"variant", variant}, changed...)...)
}
