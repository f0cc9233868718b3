package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/format/table"
	"waymark/internal/monitoring"
)

type importInput struct {
	Key
	Source        string `query:"source" required:"true" minLength:"1" doc:"Code of the source the list comes from; /api/v1/sources has them."`
	As            string `query:"as" doc:"Mapping that reads the columns; default the source's own."`
	Sheet         string `query:"sheet" doc:"Sheet of a workbook."`
	Name          string `query:"name" maxLength:"200" doc:"Name of the file, for messages and the record."`
	DryRun        bool   `query:"dryRun" doc:"Show what would happen and store nothing; no Idempotency-Key is needed."`
	AcceptGuesses bool   `query:"acceptGuesses" doc:"Take the file although something about it, its encoding say, had to be guessed."`
	RawBody       []byte `contentType:"application/octet-stream" doc:"The file as it is: CSV or a workbook."`
}

// imported is what an import did, or with dryRun would do.
type imported struct {
	Batch      *string           `json:"batch" doc:"Id of what was stored; null: nothing was."`
	Waiting    *string           `json:"waiting" doc:"Id of the proposal that waits for a verifier of a second organisation; until it is approved no figure knows of the list. null: nothing waits."`
	DryRun     bool              `json:"dryRun"`
	Source     string            `json:"source"`
	File       string            `json:"file"`
	SHA256     string            `json:"sha256,omitempty"`
	Counts     *monitoring.Tally `json:"counts,omitempty" doc:"Left out where a list waits; dryRun=true shows them."`
	Indicators []string          `json:"indicators" doc:"What it added to or changed."`
	Remarks    []rowRemark       `json:"remarks" doc:"Rows that were understood and deliberately not counted, with the reason."`
}

type importOutput struct{ Body imported }

const importPath = "/api/v1/imports"

// filesAtOnce bounds how many lists are read at the same time; each may take much memory.
const filesAtOnce = 2

func (s *service) registerImports(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "import", Method: http.MethodPost, Path: importPath, Tags: []string{"Evidence"},
		MaxBodyBytes: int64(table.DefaultLimits().TextBytes), BodyReadTimeout: time.Minute, Security: byToken,
		Summary:     "Take a list in: whole or not at all",
		Description: "The same as the command waymark import, with the same refusals: where a row is refused nothing is stored, and errors names each row and how to mend it. The same file twice changes nothing. It counts when a verifier of a second organisation has approved it: waiting then names the proposal."}, s.takeIn)
}

func (s *service) takeIn(ctx context.Context, in *importInput) (*importOutput, error) {
	mapping, err := mappingNamed(in.As)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	in.Name = path.Base(strings.ReplaceAll(in.Name, `\`, "/"))
	if in.Name == "." || in.Name == "/" {
		in.Name = "list"
	}
	act := func(ctx context.Context, _ accounts.Once) (imported, bool, error) {
		select {
		case s.reading <- struct{}{}:
			defer func() { <-s.reading }()
		case <-ctx.Done():
			return imported{}, false, ctx.Err()
		}
		out, err := s.config.Imports.Import(ctx, monitoring.Import{Name: in.Name, Data: in.RawBody, Source: in.Source, Mapping: mapping, Sheet: in.Sheet, AcceptGuesses: in.AcceptGuesses, DryRun: in.DryRun, Limits: table.DefaultLimits()})
		if err != nil {
			return imported{}, false, rowsRefused(err, out)
		}
		return imported{DryRun: in.DryRun, Source: in.Source, File: in.Name, Counts: &out.Tally, Indicators: []string{}, Remarks: remarksOn(out.Remarks)}, out.Batch != "" || out.Waiting != nil, nil
	}
	if in.DryRun {
		out, _, err := act(ctx, accounts.Once{})
		return &importOutput{out}, s.refuse(ctx, err)
	}
	asked := [][]byte{[]byte(importPath), []byte(in.Source), []byte(in.As), []byte(in.Sheet), []byte(in.Name), fmt.Append(nil, in.AcceptGuesses), in.RawBody}
	out, err := once(ctx, s, in.Key, asked, act, func(ctx context.Context, kept accounts.Kept) (imported, error) {
		if id, ok := strings.CutPrefix(kept.Object, "approval/"); ok {
			sum := sha256.Sum256(in.RawBody)
			return imported{Waiting: &id, Source: in.Source, File: in.Name, SHA256: hex.EncodeToString(sum[:]), Indicators: []string{}, Remarks: []rowRemark{}}, nil
		}
		b, err := s.config.Imports.Store.Batch(ctx, strings.TrimPrefix(kept.Object, "batch/"))
		return imported{Batch: &b.ID, Source: b.Source, File: b.File, SHA256: b.SHA256, Counts: &b.Tally, Indicators: orEmpty(b.Indicators), Remarks: remarksOn(b.Problems)}, err
	})
	return &importOutput{out}, s.refuse(ctx, err)
}

func mappingNamed(code string) (*monitoring.Mapping, error) {
	if code == "" {
		return nil, nil //nolint:nilnil // none named: the service chooses the source's own
	}
	return monitoring.ShippedMapping(code)
}

// mostRefusals bounds the rows named in a refusal; the sentence says how many there are.
const mostRefusals = 200

// rowsRefused gives a refusal the rows it is about. What stands in them is not repeated.
func rowsRefused(err error, out *monitoring.Imported) error {
	if out == nil || len(out.Problems) == 0 || fault.KindOf(err) != fault.Refused {
		return err
	}
	text, _ := fault.Safe(err)
	p := &problem{ErrorModel: huma.ErrorModel{Status: http.StatusUnprocessableEntity, Title: http.StatusText(http.StatusUnprocessableEntity), Detail: text + "."},
		Fix: "Mend the rows named in errors and send the file again; dryRun=true shows them without storing anything."}
	for _, x := range out.Problems[:min(mostRefusals, len(out.Problems))] {
		var where []string
		if x.Sheet != "" {
			where = append(where, "sheet "+x.Sheet)
		}
		if x.Row > 0 {
			where = append(where, fmt.Sprintf("row %d", x.Row))
		}
		if x.Column != "" {
			where = append(where, "column "+x.Column)
		}
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: strings.Join(where, ", "), Message: strings.TrimSpace(x.What + ". " + x.Fix)})
	}
	return p
}

// rowRemark says something about one row.
type rowRemark struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row"`
	Column string `json:"column,omitempty"`
	What   string `json:"what"`
	Fix    string `json:"fix"`
}

func remarksOn(list []monitoring.Problem) []rowRemark {
	out := make([]rowRemark, len(list))
	for i, p := range list {
		out[i] = rowRemark{p.Sheet, p.Row, p.Column, p.What, p.Fix}
	}
	return out
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
